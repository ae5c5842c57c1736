"""Loads that compare prompts by meaning: translations join the clusters of earlier days."""

import json

DAY = '{{"account_id": "{}", "timestamp": "2026-02-0{}T10:00:00Z", "prompt": {}}}\n'
ENGLISH = "Solve the following maths problem step by step and explain every step of your reasoning."
FRENCH = (
    "Résous le problème de mathématiques suivant étape par étape et explique chaque étape de ton "
    "raisonnement."
)
OTHER = "Write an invitation to the summer party of our school with the programme of the day."
SENT = "MATCH (a:Account)-[:SENT]->(p) RETURN a.account_id AS a, p.prompt_cluster_id AS p"


def test_a_translation_joins_the_cluster_of_an_earlier_day(graph, ringleader, tmp_path):
    (tmp_path / "ringleader.toml").write_text('[load]\nprompts = "meaning"\n')
    (tmp_path / "one.jsonl").write_text(
        DAY.format("a", 1, json.dumps(ENGLISH)) + DAY.format("b", 1, json.dumps(OTHER))
    )
    (tmp_path / "two.jsonl").write_text(DAY.format("c", 2, json.dumps(FRENCH)))
    ringleader("load", "requests", "one.jsonl")
    ringleader("load", "requests", "two.jsonl")
    sent = {row["a"]: row["p"] for row in graph.read(SENT, name="sent")}
    assert sent["c"] == sent["a"] != sent["b"]
    kept = graph.read("MATCH (p:PromptCluster) RETURN p.meaning AS vector", name="kept")
    assert len(kept) == 2 and all(row["vector"] for row in kept)
    (tmp_path / "ringleader.toml").write_text('[load]\nprompts = "taste"\n')
    (tmp_path / "three.jsonl").write_text(DAY.format("d", 3, json.dumps(OTHER)))
    wrong = ringleader("load", "requests", "three.jsonl", check=False)
    assert "[load] prompts is 'taste'" in wrong.stderr
