-- A store as the first version of the schema wrote it; never changed.
BEGIN TRANSACTION;
CREATE TABLE activities (
	source TEXT,
	id TEXT,
	at INTEGER,
	kind TEXT,
	subject TEXT,
	outcome TEXT,
	campaign TEXT,
	channel TEXT,
	amount INTEGER,
	currency TEXT,
	score INTEGER,
	person INTEGER,
	digest INTEGER NOT NULL,
	changed INTEGER NOT NULL,
	UNIQUE (source, id),
	FOREIGN KEY(person) REFERENCES people ("key")
);
INSERT INTO "activities" VALUES('','content:201142bcb57fcd9a9cbba0e05596cedf',1709640000000000,'visit',NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,-8100253209737527253,5);
CREATE TABLE annotations (
	kind TEXT NOT NULL,
	owner INTEGER NOT NULL,
	"key" TEXT NOT NULL,
	person INTEGER,
	version INTEGER NOT NULL,
	record TEXT NOT NULL,
	PRIMARY KEY (kind, owner, "key"),
	FOREIGN KEY(person) REFERENCES people ("key")
);
INSERT INTO "annotations" VALUES('note',0,'n1',1,1,'{"id": "n1", "texts": [{"text": "likes cats", "at": "2024-03-05T12:00:00+00:00", "by": "me"}]}');
CREATE TABLE changes (
	number INTEGER NOT NULL,
	at INTEGER,
	repository TEXT NOT NULL,
	first TEXT NOT NULL,
	second TEXT,
	third TEXT,
	what TEXT NOT NULL,
	"before" TEXT,
	PRIMARY KEY (number)
);
INSERT INTO "changes" VALUES(1,1709640000000000,'people','c1',NULL,NULL,'added',NULL);
INSERT INTO "changes" VALUES(2,1709640000000000,'people','c2',NULL,NULL,'added',NULL);
INSERT INTO "changes" VALUES(3,1709640000000000,'orders','','1',NULL,'added',NULL);
INSERT INTO "changes" VALUES(4,1709640000000000,'orders','','2',NULL,'added',NULL);
INSERT INTO "changes" VALUES(5,1709640000000000,'activities','','content:201142bcb57fcd9a9cbba0e05596cedf',NULL,'added',NULL);
INSERT INTO "changes" VALUES(6,1709640000000000,'annotations','note','n1',NULL,'added',NULL);
CREATE TABLE consents (
	number INTEGER NOT NULL,
	person INTEGER NOT NULL,
	record TEXT NOT NULL,
	evidence TEXT,
	PRIMARY KEY (number),
	FOREIGN KEY(person) REFERENCES people ("key")
);
CREATE TABLE counters (
	change INTEGER NOT NULL,
	person INTEGER NOT NULL,
	"order" INTEGER NOT NULL,
	entry INTEGER NOT NULL
);
INSERT INTO "counters" VALUES(6,2,2,0);
CREATE TABLE custinsights_migrations (
	number INTEGER NOT NULL,
	name TEXT NOT NULL,
	PRIMARY KEY (number)
);
INSERT INTO "custinsights_migrations" VALUES(1,'tables');
CREATE TABLE identities (
	kind TEXT NOT NULL,
	source TEXT NOT NULL,
	"index" TEXT NOT NULL,
	value TEXT NOT NULL,
	person INTEGER NOT NULL,
	PRIMARY KEY (kind, source, "index"),
	FOREIGN KEY(person) REFERENCES people ("key")
);
INSERT INTO "identities" VALUES('email','','ada@example.com','ada@example.com',1);
CREATE TABLE ids (
	id TEXT NOT NULL,
	person INTEGER NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(person) REFERENCES people ("key")
);
INSERT INTO "ids" VALUES('c1',1);
INSERT INTO "ids" VALUES('c2',2);
CREATE TABLE lines (
	"order" INTEGER NOT NULL,
	position INTEGER NOT NULL,
	product TEXT,
	quantity INTEGER,
	amount INTEGER,
	unit_price INTEGER,
	discount INTEGER,
	PRIMARY KEY ("order", position),
	FOREIGN KEY("order") REFERENCES orders ("key")
)
 WITHOUT ROWID

;
INSERT INTO "lines" VALUES(1,0,'p',2000,900,450,NULL);
CREATE TABLE logs (
	number INTEGER NOT NULL,
	log TEXT NOT NULL,
	at TEXT,
	person INTEGER,
	entry TEXT NOT NULL,
	PRIMARY KEY (number),
	FOREIGN KEY(person) REFERENCES people ("key")
);
CREATE TABLE lone_refunds (
	source TEXT,
	id TEXT,
	refunded_at INTEGER,
	amount INTEGER,
	product TEXT,
	currency TEXT,
	names TEXT,
	person INTEGER,
	digest INTEGER NOT NULL,
	changed INTEGER NOT NULL,
	UNIQUE (source, id),
	FOREIGN KEY(person) REFERENCES people ("key")
);
CREATE TABLE orders (
	"key" INTEGER NOT NULL,
	source TEXT,
	id TEXT,
	placed_at INTEGER,
	currency TEXT,
	amount INTEGER,
	goods INTEGER,
	discount INTEGER,
	shipping INTEGER,
	tax INTEGER,
	tip INTEGER,
	units INTEGER,
	status TEXT,
	fulfilment TEXT,
	cancelled_at INTEGER,
	shipped_at INTEGER,
	delivered_at INTEGER,
	channel TEXT,
	country TEXT,
	region TEXT,
	city TEXT,
	payment_method TEXT,
	campaign TEXT,
	coupon TEXT,
	labels TEXT,
	addresses TEXT,
	person INTEGER,
	digest INTEGER NOT NULL,
	changed INTEGER NOT NULL,
	PRIMARY KEY ("key"),
	UNIQUE (source, id),
	FOREIGN KEY(person) REFERENCES people ("key")
);
INSERT INTO "orders" VALUES(1,'','1',1709640000000000,'EUR',900,900,NULL,NULL,NULL,NULL,2000,'paid','unfulfilled',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,1,1755548278453558992,3);
INSERT INTO "orders" VALUES(2,'','2',1709640000000000,'EUR',900,NULL,NULL,NULL,NULL,NULL,NULL,'paid','unfulfilled',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,2,-1079901557795485315,4);
CREATE TABLE people (
	"key" INTEGER NOT NULL,
	id TEXT NOT NULL,
	version INTEGER NOT NULL,
	changed INTEGER NOT NULL,
	merged_into INTEGER,
	root INTEGER NOT NULL,
	name TEXT,
	email TEXT,
	phone TEXT,
	birthday TEXT,
	addresses TEXT,
	coordinates TEXT,
	country TEXT,
	region TEXT,
	city TEXT,
	created_at INTEGER,
	acquisition_channel TEXT,
	attributes TEXT,
	search TEXT NOT NULL,
	figures TEXT,
	sort_name TEXT,
	PRIMARY KEY ("key"),
	UNIQUE (id),
	FOREIGN KEY(merged_into) REFERENCES people ("key")
);
INSERT INTO "people" VALUES(1,'c1',1,1,NULL,1,'Ada','ada@example.com',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'c1
ada
ada@example.com',NULL,'ada');
INSERT INTO "people" VALUES(2,'c2',1,2,NULL,2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'c2',NULL,NULL);
CREATE TABLE products (
	id TEXT NOT NULL,
	title TEXT,
	category TEXT,
	department TEXT,
	keywords TEXT,
	price INTEGER,
	currency TEXT,
	stock INTEGER,
	ladder TEXT,
	sale TEXT,
	changed INTEGER NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE refunds (
	"order" INTEGER NOT NULL,
	position INTEGER NOT NULL,
	id TEXT,
	refunded_at INTEGER,
	amount INTEGER,
	product TEXT,
	PRIMARY KEY ("order", position),
	FOREIGN KEY("order") REFERENCES orders ("key")
)
 WITHOUT ROWID

;
INSERT INTO "refunds" VALUES(1,0,NULL,NULL,100,NULL);
CREATE TABLE settings (
	name TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (name)
);
INSERT INTO "settings" VALUES('vault','{"sealed": "custinsights", "blinded": "custinsights"}');
CREATE TABLE tag_changes (
	number INTEGER NOT NULL,
	person INTEGER NOT NULL,
	record TEXT NOT NULL,
	PRIMARY KEY (number),
	FOREIGN KEY(person) REFERENCES people ("key")
);
CREATE INDEX people_root ON people (root);
CREATE INDEX activities_person ON activities (person);
CREATE INDEX annotations_person ON annotations (person);
CREATE INDEX consents_person ON consents (person);
CREATE INDEX identities_person ON identities (person);
CREATE INDEX ids_person ON ids (person);
CREATE INDEX logs_person ON logs (person);
CREATE INDEX lone_refunds_person ON lone_refunds (person);
CREATE INDEX orders_person ON orders (person);
CREATE INDEX tag_changes_person ON tag_changes (person);
COMMIT;
