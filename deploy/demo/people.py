# SPDX-License-Identifier: EUPL-1.2
"""Invented people. Pure. Nobody in here exists: most say no name, the others are called Testborger; no CPR number is
real, the few that stand here are replacement numbers (day + 60), which match nobody."""

NAMES = ("Alma", "Birk", "Cleo", "Dina", "Esther", "Freja", "Gry", "Hibiscus", "Iris", "Jasmin", "Karla", "Liv", "Malva",
         "Nora", "Oda", "Pil", "Rosa", "Selma", "Tulle", "Viola", "Ylva", "Zenia")
LANGUAGES = (("da",), 46), (("th",), 16), (("ro",), 12), (("en",), 8), (("es",), 6), (("hu",), 5), (("da", "en"), 7)
GENDERS = ("woman", 86), ("trans", 8), ("man", 6)
SETTINGS = ("street", 30), ("clinic", 30), ("escort", 18), ("private", 10), ("webcam", 7), ("grey", 5)
OCCUPATIONS = ("", 70), ("none", 12), ("cleaning, part time", 8), ("student", 5), ("early retirement", 5)
RESIDENCES = ("danish", 52), ("eu-worker", 14), ("permit", 18), ("eu-other", 8), ("doubt", 8)
AIMS = ("exit", 55), ("improve", 30), ("undecided", 15)
REASONS = ("psychologist", 18), ("economy", 20), ("income", 14), ("housing", 16), ("network", 12), ("health", 10), \
    ("substance", 8), ("employment", 14), ("family", 6), ("education", 6), ("social-offers", 5)
THOUGHTS = ("none", 25), ("considering", 40), ("decided", 15), ("under-way", 8), ("not-said", 12)


def pick(rng, weighted):
    values, weights = zip(*weighted)
    return rng.choices(values, weights)[0]


def reasons(rng):
    wanted = rng.choice((1, 1, 2, 2, 3))
    found = []
    while len(found) < wanted:
        one = pick(rng, REASONS)
        found += [one] if one not in found else []
    return found


def citizen(rng, year, settings=SETTINGS, named=False):
    """A citizen as a referral of that year tells of her: grown up for sure, most without a name."""
    told = {
        "gender": pick(rng, GENDERS),
        "birthYear": year - rng.randint(21, 56),
        "languages": list(pick(rng, LANGUAGES)),
        "setting": pick(rng, settings),
        "residence": pick(rng, RESIDENCES),
        "occupation": pick(rng, OCCUPATIONS),
        "municipality": "0101" if rng.random() < 0.9 else rng.choice(("0147", "0157", "0167", "0173", "0461")),
        "anonymous": not named,
    }
    if named:
        told["name"] = f"Testborger {rng.choice(NAMES)}"
        if rng.random() < 0.2 and told["birthYear"] < 2000:
            told["cpr"] = replacement_number(rng, told["birthYear"])
    return {key: value for key, value in told.items() if value not in ("", False)}


def replacement_number(rng, year):
    """An administrative number: day + 60, of the 1900s by its seventh digit. Given to foreigners, matched with nobody."""
    return f"{60 + rng.randint(1, 28)}{rng.randint(1, 12):02}{year % 100:02}{rng.randint(0, 3999):04}"


def wishes(rng, told):
    """A citizen who speaks another language than Danish wishes a worker who speaks it; some wish a woman."""
    foreign = [one for one in told["languages"] if one != "da"]
    wanted = {"languages": foreign} if foreign else {}
    if rng.random() < 0.15:
        wanted["gender"] = "woman"
    return wanted


def enquiry(rng, day, channel, **told):
    """An enquiry: date and channel, and what the citizen chose to say."""
    offered = {
        "gender": pick(rng, GENDERS),
        "age": rng.randint(19, 58),
        "municipality": "0101",
        "reasons": reasons(rng),
        "thoughtsOfChange": pick(rng, THOUGHTS),
        "setting": pick(rng, SETTINGS),
    }
    said = {key: value for key, value in offered.items() if rng.random() < 0.75}
    return {"receivedOn": day.isoformat(), "channel": channel, **said, **told}
