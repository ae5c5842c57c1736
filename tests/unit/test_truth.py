"""The table of `make truth`: means of the seeds, the worst of them, and what misses its target."""

from benchmarks.truth import CROSSED, Result, by_value, table


def rows(precision, half, recall):
    def row(kind, name, **columns):
        return {"kind": kind, "name": name, **columns}

    return [
        row("rings", "all", account_precision=precision, account_recall=0.5, bcubed_f1=0.5),
        row("cohort", "campus", accounts=500, found=1, found_share=0.002),
        row("cohort", "family", accounts=500, found=0, found_share=0.0),
        row("mixed", "campaigns", campaigns=1),
        *(
            row(
                "trait",
                name,
                operators=10,
                found_by_half=half,
                accounts=100,
                found=round(100 * recall),
                account_recall=recall,
            )
            for name in ("kinds_shared>=2", "opening=aged")
        ),
    ]


def test_figures_that_miss_their_target_are_bold():
    data = CROSSED[0].data
    results = [
        Result(data, 1, "ours", 10.0, rows(1.0, 10, 0.97)),
        Result(data, 2, "ours", 20.0, rows(0.99, 9, 0.95)),
        Result(data, 1, "classical", 5.0, rows(0.2, 5, 0.5)),
    ]
    made = table(results, ["ours", "classical"]).splitlines()
    assert made == [
        "| data | figure | target | ours | classical |",
        "| --- | --- | --- | ---: | ---: |",
        "| crossed traits | operators found by half, of those that share two kinds | >= 0.95 "
        "| **0.95 (worst 0.9)** | **0.5** |",
        "| crossed traits | account recall of these operators | >= 0.95 | 0.96 (worst 0.95) "
        "| **0.5** |",
        "| crossed traits | account precision | >= 0.995 | **0.995 (worst 0.99)** | **0.2** |",
        "| crossed traits | least recall of a value of a trait, over the seeds | >= 0.9 | 0.96 "
        "| **0.5** |",
        "| crossed traits | largest share of an honest cohort in rings | <= 0.001 | **0.002** "
        "| **0.002** |",
        "| crossed traits | campaigns with accounts of several operators | <= 0 | **1** | **1** |",
        "| crossed traits | account recall of all operators |  | 0.5 | 0.5 |",
        "| crossed traits | seconds of detection | | 15 | 5 |",
    ]
    assert by_value(results, "ours").splitlines()[-5:] == [
        "| opening=aged | 20 | 19 | 200 | 0.960 |",
        "",
        "| honest cohort in rings (ours) | accounts | in rings | share |",
        "| --- | ---: | ---: | ---: |",
        "| campus | 1,000 | 2 | 0.0020 |",
    ]
