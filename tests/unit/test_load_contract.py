"""The contract, mapping files, and what is derived from them."""

import ast
from pathlib import Path

import pytest

import ringleader.loaders
from ringleader.errors import InputError
from ringleader.loaders.contract import BY_NAME, CURRENCIES, TABLES, describe, help_text
from ringleader.loaders.mapping import ColumnMap, read_mapping


def test_tables_and_required_columns():
    assert {table.name: table.required for table in TABLES} == {
        "accounts": ("account_id",),
        "requests": ("account_id", "timestamp"),
        "payments": ("account_id", "payment_method_id"),
        "proxies": ("address",),
        "prompts": ("prompt_cluster_id",),
        "contacts": ("account_id", "other_account_id"),
        "labels": ("account_id", "label"),
    }


def test_help_names_every_column():
    text = help_text()
    for table in TABLES:
        assert all(row["column"] in text for row in describe(table))
    assert "account_id*, timestamp*" in text
    assert len(set(CURRENCIES)) == len(CURRENCIES)


def write(tmp_path, text):
    path = tmp_path / "mapping.toml"
    path.write_text(text)
    return path


def test_mapping_of_several_tables(tmp_path):
    path = write(
        tmp_path,
        """
        [map.accounts]
        account_id = "id"
        [map.labels]
        account_id = "user.id"
        label = { column = "verdict", values = { sybil = "fraud" } }
        decided_at = { column = "at", unit = "us", cast = "integer" }
        decided_by = { const = "import" }
        [options.contacts]
        known_accounts_only = true
        """,
    )
    mapping = read_mapping(path, BY_NAME["labels"])
    assert mapping.columns == {
        "account_id": ColumnMap("user.id"),
        "label": ColumnMap("verdict", values=(("sybil", "fraud"),)),
        "decided_at": ColumnMap("at", cast="integer", unit="us"),
        "decided_by": ColumnMap(None, const="import"),
    }
    assert mapping.options == {}
    assert mapping.source_of("campaign") == ColumnMap("campaign")


def test_one_label_for_a_whole_file(tmp_path):
    path = write(tmp_path, '[map.labels]\nlabel = { const = "fraud" }\n')
    assert read_mapping(path, BY_NAME["labels"]).source_of("label").const == "fraud"


def test_flat_mapping_serves_the_table_that_is_loaded(tmp_path):
    path = write(tmp_path, '[map]\naccount_id = "id"\n')
    assert read_mapping(path, BY_NAME["accounts"]).columns == {"account_id": ColumnMap("id")}
    with pytest.raises(InputError, match="map.account_id: there is no such key"):
        read_mapping(path, BY_NAME["proxies"])


def test_fingerprint_is_of_the_meaning(tmp_path):
    one = read_mapping(write(tmp_path, '[map]\naccount_id = "id"\n'), BY_NAME["accounts"])
    same = '# said otherwise\n[map.accounts]\naccount_id = {column="id"}\n'
    other = read_mapping(write(tmp_path, same), BY_NAME["accounts"])
    assert one.fingerprint == other.fingerprint
    assert one.fingerprint != read_mapping(None, BY_NAME["accounts"]).fingerprint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[map", "mapping.toml: "),
        ("[mapp]\n", "mapp: there is no such key"),
        ("[map.account]\nx = 1\n[map.accounts]\n", "map.account: there is no such key"),
        ('[map.accounts]\nid = "x"\n', "map.accounts.id: there is no such key"),
        ("[map.accounts]\nplan = 5\n", "map.accounts.plan is 5"),
        ('[map.accounts]\nplan = { columm = "x" }\n', "map.accounts.plan.columm: there is no such"),
        ('[map.accounts]\nplan = { column = "x", const = "y" }\n', "needs either column or const"),
        ('[map.accounts]\nplan = { column = "x", cast = "int" }\n', "cast is 'int'"),
        ('[map.accounts]\nplan = { column = "x", unit = "s" }\n', "only a timestamp has a unit"),
        ("[map]\n", "\\[map\\] is empty"),
        ("[map.accounts]\nplan = { const = [1] }\n", "map.accounts.plan.const is "),
        ("[map.accounts]\nplan = { const = { a = 1 } }\n", "map.accounts.plan.const is "),
        ('[map.accounts]\nplan = { const = "" }\n', "map.accounts.plan.const is "),
        ('[map.accounts]\naccount_id = { const = "x" }\n', "would have the same account_id"),
        ("[map.accounts]\nplan = { column = 5 }\n", "map.accounts.plan.column is 5"),
        ('[map.accounts]\nplan = { column = "" }\n', "map.accounts.plan.column is ''"),
        (
            '[map.accounts]\nplan = { column = "x", values = { a = 1 } }\n',
            "map.accounts.plan.values.a is 1",
        ),
        ('[map.labels]\nlabel = "x"\n', "has no .map.accounts."),
        ("[options.contacts]\nknown = true\n", "options.contacts.known: there is no such key"),
        ("[options.contacts]\nknown_accounts_only = 1\n", "expected bool"),
    ],
)
def test_mistakes_name_file_and_key(tmp_path, text, says):
    with pytest.raises(InputError, match=says) as caught:
        read_mapping(write(tmp_path, text), BY_NAME["accounts"])
    assert "mapping.toml" in caught.value.message
    assert caught.value.hint


def test_missing_mapping_file(tmp_path):
    with pytest.raises(InputError, match="nothing.toml: no such file") as caught:
        read_mapping(tmp_path / "nothing.toml", BY_NAME["accounts"])
    assert caught.value.hint


def test_every_error_of_the_loaders_says_what_to_do():
    folder = Path(ringleader.loaders.__file__).parent
    without = [
        f"{path.name}:{node.lineno}"
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "InputError"
        and not any(keyword.arg == "hint" for keyword in node.keywords)
    ]
    assert without == []
