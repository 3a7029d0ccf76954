"use strict";
(function () {
  var root = document.documentElement;
  var data = JSON.parse(document.getElementById("data").textContent);
  var drill = data.drill;
  var narrow = window.matchMedia("(max-width: 40rem)");
  var dark = window.matchMedia("(prefers-color-scheme: dark)");

  function all(selector, inside) {
    return Array.prototype.slice.call((inside || document).querySelectorAll(selector));
  }
  function colour(name) {
    return getComputedStyle(root).getPropertyValue(name).trim();
  }
  function isDark() {
    return (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  }
  function element(tag, text, attributes) {
    var made = document.createElement(tag);
    if (text !== undefined && text !== null) { made.textContent = text; }
    Object.keys(attributes || {}).forEach(function (name) { made.setAttribute(name, attributes[name]); });
    return made;
  }

  // Charts: drawn when they come near the window, in the colours of the page.
  // How many labels find room below a chart without touching one another.
  function ticks(box, traces) {
    var longest = 4;
    traces.forEach(function (trace) {
      (trace.x || []).forEach(function (label) { longest = Math.max(longest, String(label).length); });
    });
    return Math.max(2, Math.floor((box.clientWidth - 70) / (longest * 8 + 16)));
  }
  function themed(layout, box, traces) {
    var ink = colour("--ink"), grid = colour("--grid");
    var made = JSON.parse(JSON.stringify(layout));
    made.font.color = ink;
    delete made.title; // the caption of the figure says it
    made.margin.t = made.showlegend ? 44 : 12;
    ["xaxis", "yaxis"].forEach(function (name) {
      made[name].gridcolor = grid;
      made[name].zerolinecolor = grid;
      made[name].linecolor = grid;
      made[name].automargin = true;
      made[name].ticklabelstandoff = 6;
    });
    made.hoverlabel = { font: { size: 13 } };
    made.dragmode = false;
    made.xaxis.tickangle = 0;
    if (made.xaxis.type === "category") { made.xaxis.nticks = ticks(box, traces); }
    if (narrow.matches) {
      made.font.size = 12;
      made.margin.l = 44;
      made.margin.r = 8;
      if (made.xaxis.type !== "category") { made.xaxis.nticks = 4; }
      made.xaxis.title = { text: "" };
    }
    return made;
  }
  // The colours of series, lighter where the page is dark.
  var LIGHTER = {
    "#0072b2": "#56b4e9", "#d55e00": "#f0894a", "#009e73": "#2fc79a", "#b65c93": "#dd8cbc",
    "#b47b00": "#e6b23c", "#4a9fd4": "#9fd8f7", "#6b6b6b": "#a8a8a8", "#c0392b": "#ff7b6b"
  };
  function coloured(traces) {
    if (!isDark()) { return traces; }
    return JSON.parse(JSON.stringify(traces).replace(/"(#[0-9a-f]{6})"/g, function (whole, name) {
      return LIGHTER[name] ? JSON.stringify(LIGHTER[name]) : whole;
    }));
  }
  var options = { displayModeBar: false, responsive: true, doubleClick: false, scrollZoom: false };
  function shortened(figure, box) {
    // Long names of lying bars would leave no room for the bars.
    if (figure.layout.yaxis.type !== "category") { return figure.data; }
    var most = Math.max(10, Math.min(32, Math.floor(box.clientWidth * 0.06)));
    return figure.data.map(function (trace) {
      if (trace.orientation !== "h") { return trace; }
      var seen = {};
      var names = trace.y.map(function (escaped) {
        var name = escaped.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&#36;/g, "$$").replace(/&amp;/g, "&");
        var cut = name.length > most ? name.slice(0, most - 1) + "…" : name;
        cut = cut.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/\$/g, "&#36;");
        while (seen[cut]) { cut += " "; }
        seen[cut] = true;
        return cut;
      });
      return Object.assign({}, trace, { y: names, customdata: trace.y });
    });
  }
  function draw(box) {
    if (!window.Plotly || box.dataset.figure === undefined) { return; }
    var figure = data.figures[Number(box.dataset.figure)];
    window.Plotly.react(box, coloured(shortened(figure, box)), themed(figure.layout, box, figure.data), options);
    box.dataset.drawn = "yes";
  }
  var boxes = all(".plot[data-figure]");
  var watcher = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      if (entry.isIntersecting && entry.target.dataset.drawn !== "yes") { draw(entry.target); }
    });
  }, { rootMargin: "300px" });
  function redraw() {
    boxes.filter(function (box) { return box.dataset.drawn === "yes"; }).forEach(draw);
    drawLevel();
  }

  // A wide table of the week begins where most orders are.
  all("#peak_times .scroll").forEach(function (frame) {
    var cells = all(".cell", frame), most = cells[0];
    cells.forEach(function (cell) {
      if (Number(cell.style.getPropertyValue("--v")) > Number(most.style.getPropertyValue("--v"))) { most = cell; }
    });
    if (most) { frame.scrollLeft = most.offsetLeft - frame.clientWidth / 2; }
  });

  // Switches
  all(".switch").forEach(function (one) {
    var buttons = all(":scope > .choices > button", one);
    buttons.forEach(function (button) {
      button.addEventListener("click", function () {
        buttons.forEach(function (other) {
          var chosen = other === button;
          other.setAttribute("aria-pressed", String(chosen));
          document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
        });
      });
    });
  });

  // Drill-down: #drill, #drill/2023, #drill/2023-05, #drill/2023-05-12
  var levels = ["year", "month", "day"];
  var crumbs = document.getElementById("crumbs");
  var plot = document.getElementById("drill-plot");
  var table = document.getElementById("drill-rows");
  var shown = { rows: [], heads: [], numeric: [], page: 0, sort: -1, falling: false, links: [] };
  var perPage = 25;
  var current = null;

  function place() {
    var match = /^#drill\/(\d{4}(?:-\d{2}(?:-\d{2})?)?)$/.exec(location.hash);
    return match ? match[1] : "";
  }
  function depth(label) { return label === "" ? 0 : label.split("-").length; }
  function below(label) {
    return drill[levels[depth(label)]].filter(function (row) {
      return label === "" || row[0].slice(0, label.length) === label;
    });
  }
  function crumbsOf(label) {
    var parts = label === "" ? [] : label.split("-");
    crumbs.replaceChildren();
    [["", "All years"]].concat(parts.map(function (_, at) {
      var one = parts.slice(0, at + 1).join("-");
      return [one, one];
    })).forEach(function (step, at) {
      var item = element("li");
      if (at === parts.length) {
        item.appendChild(element("span", step[1], { "aria-current": "page" }));
      } else {
        item.appendChild(element("a", step[1], { href: step[0] ? "#drill/" + step[0] : "#drill" }));
      }
      crumbs.appendChild(item);
    });
  }
  function remark(text) {
    var box = document.getElementById("drill-remark");
    box.textContent = text;
    box.hidden = !text;
  }
  function drawLevel() {
    if (!window.Plotly || current === null || !plot) { return; }
    plot.hidden = depth(current) > 2;
    if (plot.hidden) { return; }
    var rows = below(current);
    var figure = {
      data: [{
        type: "bar", x: rows.map(function (row) { return row[0]; }),
        y: rows.map(function (row) { return row[2]; }),
        text: rows.map(function (row) { return row[1][0]; }), textposition: "none",
        marker: {
          color: isDark() ? "#56b4e9" : "#0072b2",
          opacity: rows.map(function (row) { return row[3] ? 0.45 : 1; })
        },
        hovertemplate: "%{x}<br>revenue: %{text} " + drill.unit + "<extra></extra>"
      }],
      layout: {
        font: { size: 13, family: getComputedStyle(document.body).fontFamily }, showlegend: false,
        margin: { l: 56, r: 16, t: 12, b: 36 }, bargap: Math.max(0.25, 1 - 0.2 * rows.length),
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
        xaxis: { type: "category", showgrid: false }, yaxis: { exponentformat: "SI", minexponent: 3, rangemode: "tozero", title: { text: drill.unit } }
      }
    };
    window.Plotly.react(plot, figure.data, themed(figure.layout, plot, figure.data), options).then(function () {
      plot.removeAllListeners("plotly_click");
      plot.on("plotly_click", function (event) {
        location.hash = "#drill/" + event.points[0].x;
      });
    });
  }
  // Whether it is a day without orders in a time of which the report knows.
  function isQuiet(label) {
    var time = Date.parse(label + "T00:00:00Z"), years = drill.year;
    return depth(label) === 3 && !isNaN(time) && new Date(time).toISOString().slice(0, 10) === label &&
      years.length > 0 && label.slice(0, 4) >= years[0][0] && label.slice(0, 4) <= years[years.length - 1][0];
  }
  function go() {
    if (!table) { return; }
    var label = place(), unknown = "";
    if (depth(label) > 0 && depth(label) <= 3) {
      var known = drill[levels[depth(label) - 1]].some(function (row) { return row[0] === label; });
      if (!known && !isQuiet(label)) { unknown = label; label = ""; }
    }
    current = label;
    crumbsOf(label);
    remark("");
    shown.page = 0;
    shown.sort = -1;
    shown.falling = false;
    document.getElementById("drill-search").value = "";
    var isDay = depth(label) === 3;
    document.getElementById("drill-find").hidden = !(isDay && data.orders);
    if (!isDay) {
      var rows = below(label);
      shown.heads = [levels[depth(label)]].concat(drill.columns);
      shown.numeric = shown.heads.map(function (_, at) { return at > 0; });
      shown.rows = rows.map(function (row) { return [row[0]].concat(row[1]); });
      shown.links = rows.map(function (row) { return "#drill/" + row[0]; });
      caption((label || "All") + " by " + levels[depth(label)]);
      if (rows.some(function (row) { return row[3]; })) { remark("* and pale: only part of the period."); }
    } else if (data.orders) {
      var orders = data.orders.rows.filter(function (row) { return row[data.orders.at].slice(0, 10) === label; });
      shown.heads = orders.length ? data.orders.columns : [];
      shown.numeric = data.orders.numeric;
      shown.rows = orders;
      shown.links = null;
      caption("Orders of " + label);
      document.getElementById("drill-find").hidden = !orders.length;
      remark(ofDay(label, orders.length));
    } else {
      var day = drill.day.filter(function (row) { return row[0] === label; });
      day = day.filter(function () { return placedOn(label) || numberOf(day[0][1][0]); });
      shown.heads = day.length ? ["day"].concat(drill.columns) : [];
      shown.numeric = shown.heads.map(function (_, at) { return at > 0; });
      shown.rows = day.map(function (row) { return [row[0]].concat(row[1]); });
      shown.links = null;
      caption(label);
      remark(placedOn(label) ? "The orders are not in this file: --include-orders writes them into it." : "");
    }
    if (unknown) { remark("This report knows nothing of " + unknown + "."); }
    fill();
    drawLevel();
  }
  function placedOn(label) {
    var row = drill.day.filter(function (one) { return one[0] === label; })[0];
    return row ? numberOf(row[1][drill.columns.indexOf("orders")]) : 0;
  }
  // What the library says of a day, and how many of its orders are in this file.
  function ofDay(label, held) {
    var row = drill.day.filter(function (one) { return one[0] === label; })[0];
    var said = row ? "The whole day: " + drill.columns.map(function (name, at) {
      return row[1][at] === "·" ? "" : name + " " + row[1][at];
    }).filter(Boolean).join(", ") + "." : "";
    var placed = placedOn(label);
    if (!placed && row && !numberOf(row[1][0])) { said = ""; }
    if (held < placed) {
      said += " This file holds " + held.toLocaleString("en") + " of its " + placed.toLocaleString("en") +
        " orders: the latest " + data.orders.rows.length.toLocaleString("en") + " of " +
        data.orders.total.toLocaleString("en") + " are in it.";
    }
    return said;
  }
  function caption(text) { document.getElementById("drill-caption").textContent = text; }
  function numberOf(text) {
    var value = parseFloat(text.replace(/[^0-9.eE-]/g, "").replace(/^-+/, text.trim()[0] === "-" || text.trim()[0] === "−" ? "-" : ""));
    return isNaN(value) ? -Infinity : value;
  }
  function chosenRows() {
    var words = document.getElementById("drill-search").value.toLowerCase();
    var order = shown.rows.map(function (_, at) { return at; }).filter(function (at) {
      var text = shown.rows[at].join(" ").toLowerCase();
      return !words || text.indexOf(words) >= 0 || text.replace(/,/g, "").indexOf(words) >= 0;
    });
    if (shown.sort >= 0) {
      var column = shown.sort, way = shown.falling ? -1 : 1, numeric = shown.numeric[column];
      order.sort(function (a, b) {
        var left = shown.rows[a][column], right = shown.rows[b][column];
        if (numeric && !/^\d{4}-/.test(left)) { return way * (numberOf(left) - numberOf(right)); }
        return way * (left < right ? -1 : left > right ? 1 : 0);
      });
    }
    return order;
  }
  function fill() {
    var head = element("tr"), body = table.tBodies[0], order = chosenRows();
    shown.heads.forEach(function (name, at) {
      var cell = element("th", null, { scope: "col", "class": shown.numeric[at] ? "number" : "label" });
      if (shown.sort === at) { cell.setAttribute("aria-sort", shown.falling ? "descending" : "ascending"); }
      var button = element("button", name + (shown.sort === at ? (shown.falling ? " ↓" : " ↑") : ""), { type: "button" });
      button.addEventListener("click", function () {
        shown.falling = shown.sort === at ? !shown.falling : shown.numeric[at];
        shown.sort = at;
        shown.page = 0;
        fill();
        table.tHead.rows[0].cells[at].querySelector("button").focus();
      });
      cell.appendChild(button);
      head.appendChild(cell);
    });
    table.tHead.replaceChildren(head);
    var pages = Math.max(1, Math.ceil(order.length / perPage));
    shown.page = Math.min(shown.page, pages - 1);
    var isPaged = depth(current) === 3 && pages > 1;
    var part = isPaged ? order.slice(shown.page * perPage, (shown.page + 1) * perPage) : order;
    body.replaceChildren.apply(body, part.map(function (at) {
      var line = element("tr");
      shown.rows[at].forEach(function (text, column) {
        var side = shown.numeric[column] ? "number" : "label";
        var cell = element(column === 0 ? "th" : "td", null, { "class": side });
        if (column === 0) { cell.setAttribute("scope", "row"); }
        if (column === 0 && shown.links) {
          cell.appendChild(element("a", text, { href: shown.links[at] }));
        } else {
          cell.textContent = text;
        }
        line.appendChild(cell);
      });
      return line;
    }));
    if (!part.length && depth(current) === 3) {
      var why = shown.rows.length ? "No order of this day holds that." :
        placedOn(current) ? "None of its orders is in this file." : "No order on this day.";
      body.appendChild(element("tr")).appendChild(element("td", why, { "class": "label", colspan: shown.heads.length || 1 }));
    }
    document.getElementById("drill-pages").hidden = !isPaged;
    document.getElementById("earlier").disabled = shown.page === 0;
    document.getElementById("later").disabled = shown.page >= pages - 1;
    document.getElementById("drill-place").textContent =
      "Page " + (shown.page + 1) + " of " + pages + ", " + order.length.toLocaleString("en") + " orders";
  }
  if (table) {
    document.getElementById("drill-search").addEventListener("input", function () { shown.page = 0; fill(); });
    document.getElementById("earlier").addEventListener("click", function () { shown.page -= 1; fill(); });
    document.getElementById("later").addEventListener("click", function () { shown.page += 1; fill(); });
    window.addEventListener("hashchange", function () {
      if (/^#drill/.test(location.hash)) {
        go();
        document.getElementById("drill").scrollIntoView();
      }
    });
    go();
  }

  // Light and dark
  var toggle = document.getElementById("theme");
  function sayTheme() { toggle.setAttribute("aria-pressed", String(isDark())); }
  toggle.addEventListener("click", function () {
    root.dataset.theme = isDark() ? "light" : "dark";
    sayTheme();
    redraw();
  });
  dark.addEventListener("change", function () { sayTheme(); redraw(); });
  narrow.addEventListener("change", redraw);
  sayTheme();

  // Paper is white: charts are drawn in the colours for it, all of them, and as they were after.
  var chosen;
  window.addEventListener("beforeprint", function () {
    chosen = root.dataset.theme;
    root.dataset.theme = "light";
    boxes.forEach(function (box) { if (box.offsetParent) { draw(box); } });
    drawLevel();
  });
  window.addEventListener("afterprint", function () {
    if (chosen) { root.dataset.theme = chosen; } else { delete root.dataset.theme; }
    redraw();
  });
  window.addEventListener("DOMContentLoaded", function () {
    boxes.forEach(function (box) { watcher.observe(box); });
    drawLevel();
    if (/^#drill/.test(location.hash)) { document.getElementById("drill").scrollIntoView(); }
  });
})();
