"""Whether Spark runs here; tests that need it say what is missing."""

import importlib.util

import pytest

from ringleader.errors import SettingsError
from ringleader.loaders.spark.session import java_home


def _missing():
    if importlib.util.find_spec("pyspark") is None:
        return "NEEDS PYSPARK, WHICH IS NOT HERE: make spark"
    try:
        java_home()
    except SettingsError as error:
        return f"NEEDS JAVA FOR SPARK: {error.hint}"
    return None


MISSING = _missing()
needs_spark = pytest.mark.skipif(MISSING is not None, reason=MISSING or "")
