"""A crowd of strangers with a ring, a firm and a class beside them, as arrays and as a graph."""

from random import Random

CROWD = [f"person{n:03}" for n in range(400)]
RING = [f"ring{n:02}" for n in range(12)]
SECOND = [f"second{n:02}" for n in range(10)]
FIRM = [f"firm{n:02}" for n in range(20)]
SINGLE = "single"  # known by prompts alone, sends one of those that the ring owns
GUEST = "guest"  # sent one request through the ring's proxy


def uses():
    """``(account, label, identifier, events, first day, last day)`` rows."""
    rows = []

    def use(account, label, key, events=5):
        rows.append((account, label, key, events, 0, 40))

    topics, others = list(range(len(CROWD))), list(range(len(CROWD)))
    Random(1).shuffle(topics)
    Random(2).shuffle(others)
    for n, person in enumerate(CROWD):
        # Everybody has a flat mate or two, so that what they use is shared at all.
        use(person, "Ip", f"198.51.{n // 200}.{n % 200 // 2}", 20)
        use(person, "Device", f"client{n % 7}", 20)
        use(person, "PromptCluster", f"topic{topics[n] % 50}", 20)
        use(person, "PromptCluster", f"other{others[n] % 60}", 20)
        use(person, "PaymentMethod", f"card{n // 2}", 2)
    for name, members in (("a", RING), ("b", SECOND)):
        for n, account in enumerate(members):
            for k in range(3):
                use(account, "PromptCluster", f"template-{name}{(n + k) % 6}", 30)
            use(account, "Device", f"image-{name}", 30)
            use(account, "Ip", f"203.0.113.{(0 if name == 'a' else 50) + n % 4}", 30)
            use(account, "PaymentMethod", f"own-{account}", 2)
    for n, account in enumerate(FIRM):
        use(account, "Ip", "192.0.2.1", 40)
        use(account, "Device", "firm-image", 40)
        use(account, "PromptCluster", f"firm-task{n % 3}", 40)
        use(account, "EmailDomain", "firm.example", 1)
    use(SINGLE, "PromptCluster", "template-a0", 30)
    use(GUEST, "Ip", "203.0.113.0", 1)
    use(GUEST, "Ip", "198.51.0.1", 60)
    use(GUEST, "Device", "client1", 60)
    use(GUEST, "PromptCluster", "topic3", 60)
    return rows
