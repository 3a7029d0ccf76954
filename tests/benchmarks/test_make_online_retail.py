"""The bundled data is what its maker makes."""

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from benchmarks.make_online_retail import pack, planes, write
from custinsights.datasets import load_online_retail
from custinsights.datasets.online_retail import DATA, pennies, whole


def test_packing_gives_the_bundled_file(tmp_path: Path) -> None:
    """Unpacking and packing again gives the same bytes: nothing is lost on the way."""
    write(pack(load_online_retail()), tmp_path / DATA)
    bundled = (files("custinsights.datasets") / DATA).read_bytes()
    assert (tmp_path / DATA).read_bytes() == bundled


@pytest.mark.parametrize("numbers", [[], [0], [255, 256, 0], [2**40, 7]])
def test_planes_hold_whole_numbers(numbers: list[int]) -> None:
    """Numbers come back from their planes of bytes, whatever their size."""
    assert whole(planes(np.array(numbers, dtype=np.int64))).tolist() == numbers


def test_planes_refuse_negative_numbers() -> None:
    """A negative number has no planes."""
    with pytest.raises(ValueError, match="no negative numbers"):
        planes([1, -1])


def test_pennies_round_half_to_even() -> None:
    """Half a penny goes to the even one, as everywhere."""
    assert pennies(np.array([14, 15, 16, 25, 35])).tolist() == [1, 2, 2, 2, 4]
