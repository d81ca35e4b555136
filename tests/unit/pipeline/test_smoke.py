"""Whether what was deployed answers."""

from dockyard.pipeline.smoke import smoke


def asked(answers, patience=60.0):
    told, slept = [], []

    def ask(address):
        return answers[address].pop(0) if len(answers[address]) > 1 else answers[address][0]

    faults = smoke({name: name for name in answers}, ask, tell=told.append, patience=patience, sleep=slept.append)
    return faults, told, len(slept)


def test_what_answers_well_is_told():
    assert asked({"web": [200], "old": [301]}) == ([], ["web: web: 200", "old: old: 301"], 0)


def test_an_address_has_time_to_come_up():
    assert asked({"web": ["no such host", 503, 200]}) == ([], ["web: web: 200"], 2)


def test_what_never_answers_well_is_a_fault_and_the_others_are_asked_all_the_same():
    answers = {"web": [500], "api": ["connection refused"], "shop": [200], "gone": [404]}
    assert asked(answers, patience=-1) == (
        ["web: web: 500", "api: api: connection refused", "gone: gone: 404"],
        ["shop: shop: 200"],
        0,
    )
