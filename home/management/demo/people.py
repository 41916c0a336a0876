"""Who is in the demonstration. The municipalities are real, every person is invented."""

from dataclasses import dataclass

COUNTY = "Södermanlands län"

# Two letters for each municipality, in the order of the host round.
MARKS = {
    "Nyköping": "NK",
    "Eskilstuna": "ES",
    "Katrineholm": "KA",
    "Strängnäs": "SN",
    "Flen": "FL",
    "Oxelösund": "OX",
    "Vingåker": "VI",
    "Gnesta": "GN",
    "Trosa": "TR",
}
UNITS = ("Barn och familj", "Mottagning")


@dataclass(frozen=True)
class Someone:
    """An invented person; `unit` counts in UNITS, `email` is made from the name where it is empty."""

    name: str
    municipality: str
    unit: int = 0
    language: str = "sv"
    title: str = "Socialsekreterare"
    email: str = ""
    form: str = "permanent"


# The eight whose sign-ins are offered on the sign-in page, by role.
SIGN_INS = {
    "administrator": Someone(
        "Ingela Frostell", "Nyköping", title="Systemförvaltare", email="administrator@demo.example"
    ),
    "coordinator": Someone("Malin Ekdahl", "Nyköping", title="Samordnare", email="coordinator@demo.example"),
    "director": Someone("Håkan Lindeberg", "Eskilstuna", title="Socialchef", email="director@demo.example"),
    "manager": Someone("Stina Malmqvist", "Eskilstuna", title="Enhetschef", email="manager@demo.example"),
    "mentor": Someone("Johan Tallroth", "Katrineholm", title="Förste socialsekreterare", email="mentor@demo.example"),
    "supervisor": Someone(
        "Marjut Kallio", "Strängnäs", title="Handledare", language="fi", email="supervisor@demo.example"
    ),
    "lecturer": Someone("Lena Wester", "Eskilstuna", title="Lektor", email="lecturer@demo.example"),
    "participant": Someone("Tuva Ljungdahl", "Katrineholm", email="participant@demo.example"),
}
HOST = Someone("Wilma Hallberg", "Katrineholm", title="Administratör")
# From outside the county: she has no employment in it.
SECOND_SUPERVISOR = Someone("Gunnel Ståhle", "Stockholm", title="Handledare")
DEPUTY = Someone("Antti Virtaharju", "Eskilstuna", title="Samordnare", language="fi")

# One manager for each municipality's two units; Eskilstuna's first is the one with a sign-in.
MANAGERS = {
    "Nyköping": "Git Sandvall",
    "Katrineholm": "Pernilla Hovström",
    "Strängnäs": "Arvid Sundell",
    "Flen": "Katja Sundell",
    "Oxelösund": "Roland Vikner",
    "Vingåker": "Disa Lagerman",
    "Gnesta": "Ulf Rosander",
    "Trosa": "Mika Westerholm",
}
DIRECTORS = {
    "Nyköping": "Birgitta Åkerö",
    "Katrineholm": "Sören Palmgård",
    "Strängnäs": "Ewa Nordenrud",
    "Flen": "Kerstin Bruhnström",
    "Oxelösund": "Tapani Rautasalo",
    "Vingåker": "Lennart Övrevik",
    "Gnesta": "Annika Stråhle",
    "Trosa": "Per-Olof Hedvall",
}

# The finished round: who, and what was marked on its eight days (n present, a reported, f absent, hours).
FINISHED: tuple[tuple[Someone, str], ...] = (
    (Someone("Agnes Holmertz", "Eskilstuna"), "nnnnnnnn"),
    (Someone("Bilal Nasser", "Eskilstuna", 1), "nnnnannn"),
    (Someone("Cecilia Öquist", "Eskilstuna"), "nnnnnnnn"),
    (Someone("Daniel Brottare", "Eskilstuna", 1), "nnafnnfn"),
    (Someone("Elina Kettunen", "Nyköping", language="fi"), "nnnnnnnn"),
    (Someone("Filippa Grahnlöf", "Nyköping"), "nnnnnnan"),
    (Someone("Goran Petrić", "Nyköping", 1, language="en"), "nnnnnnnn"),
    (Someone("Hanna Järvelin", "Katrineholm", language="fi"), "nnnnnnnn"),
    (Someone("Ida Stenmarker", "Katrineholm"), "nn4nnnnn"),
    (Someone("Jonas O'Brien", "Katrineholm"), "nnnnnnnn"),
    (Someone("Karin Wästfelt", "Strängnäs"), "annnnnnn"),
    (Someone("Linnéa Forsmark", "Strängnäs"), "nnnnnnnn"),
    (Someone("Mohammed Al-Rashid", "Flen"), "nnnnnnnn"),
    (Someone("Nora Tingvall", "Flen"), "nnnnnnnn"),
    (Someone("Oskar Rehnby", "Oxelösund"), "nnnnnfnn"),
    (Someone("Päivi Salonen-Lindh", "Vingåker", language="fi"), "nnnnnnnn"),
    (Someone("Rebecka Dahlskog", "Gnesta"), "nnnaannn"),
    (Someone("Sofia Ekelöw", "Trosa"), "nnnnnnnn"),
)
DROPPED = Someone("Viktor Ahlm", "Trosa", 1)

# The round that runs: marks of the days that have been; "" and "?" where nobody has said.
RUNNING: tuple[tuple[Someone, str], ...] = (
    (Someone("Ronja Almlöf", "Eskilstuna"), "nnn"),
    (Someone("Yasmin Haddadi", "Nyköping"), "nna"),
    (Someone("Edvin Kronqvist", "Flen", 1), "nn?"),
    (SIGN_INS["participant"], "nnn"),
    (Someone("Leila Mansouri", "Eskilstuna", 1), "n4n"),
    (Someone("Hedda Norrlid", "Strängnäs"), "nfn"),
    (Someone("Amir Sayadi", "Nyköping", 1), "nnn"),
    (Someone("Milo Tegnander", "Vingåker"), "nn?"),
    (Someone("Aino Pesonen", "Eskilstuna", language="fi"), "nnn"),
    (Someone("Björn Åström", "Eskilstuna", 1), "nnn"),
    (Someone("Camilla Rydh", "Eskilstuna"), "ann"),
    (Someone("Dino Hadžić", "Eskilstuna", 1, language="en"), "nnn"),
    (Someone("Ellen Bäckvall", "Nyköping"), "nnn"),
    (Someone("Fredrik Noor", "Nyköping", 1), "nnn"),
    (Someone("Gun Sjölander", "Nyköping"), "nnn"),
    (Someone("Hugo Tamminen", "Katrineholm", language="fi"), "nnn"),
    (Someone("Iris Cederlöf", "Katrineholm", 1), "nnn"),
    (Someone("Jasmine Wallgren", "Strängnäs"), "nnn"),
    (Someone("Kim Örnfeldt", "Strängnäs", 1), "nnn"),
    (Someone("Lova Segerdal", "Oxelösund"), "nnf"),
    (Someone("Matteo Ruiz Engström", "Gnesta"), "nnn"),
    (Someone("Nils Höök", "Trosa"), "nnn"),
)
# Who is on a break now.
AWAY = "Hugo Tamminen"
# Who has begun in another municipality, where the manager has a sign-in.
MOVED, MOVED_TO = "Nils Höök", "Eskilstuna"
# Two who took a place and left after the last entry day, and three on the waiting list.
LEFT: tuple[tuple[Someone, str], ...] = (
    (Someone("Tove Granath", "Strängnäs", 1), "nn"),
    (Someone("Isak Mårdh", "Flen"), "na"),
)
WAITING = (
    Someone("Olivia Krantz", "Eskilstuna"),
    Someone("Pontus Lindhe", "Eskilstuna", 1),
    Someone("Riikka Mäkelä", "Nyköping", language="fi"),
)

# The round that is open: who has applied, and the manager's answer: yes, no, "" not yet, "stranger" an unknown address.
OPEN: tuple[tuple[Someone, str], ...] = (
    (Someone("Selma Åkervall", "Eskilstuna"), "yes"),
    (Someone("Theo Brandelius", "Eskilstuna"), ""),
    (Someone("Ulrika Vass", "Eskilstuna", 1), "yes"),
    (Someone("Vilma Korhonen", "Eskilstuna", language="fi"), ""),
    (Someone("William Sköld", "Nyköping"), "yes"),
    (Someone("Ylva Norberg", "Nyköping"), "yes"),
    (Someone("Zahra Amini", "Nyköping", 1), "stranger"),
    (Someone("Åsa Lejon", "Katrineholm"), "yes"),
    (Someone("Älva Rosén", "Katrineholm", 1), "no"),
    (Someone("Örjan Fält", "Strängnäs"), "yes"),
    (Someone("Anni Heikkilä", "Flen", language="fi"), "yes"),
    (Someone("Benjamin Tell", "Gnesta", form="agency"), "yes"),
)

# Who has begun lately and how many days ago; the manager in Katrineholm has been asked, and one of hers has applied.
NEW: tuple[tuple[Someone, int], ...] = (
    (Someone("Cornelia Frid", "Katrineholm"), 48),
    (Someone("Dawit Haile", "Katrineholm", 1), 33),
    (Someone("Emmi Rautio", "Eskilstuna", language="fi"), 61),
    (Someone("Folke Hedin", "Eskilstuna"), 26),
    (Someone("Greta Malmros", "Nyköping"), 40),
    (Someone("Hugo Vester", "Flen", 1), 19),
)
ASKED = "Katrineholm"

THEMES: tuple[tuple[str, str, str], ...] = (
    (
        "Socialtjänstens uppdrag och ansvar",
        "Sosiaalihuollon tehtävä ja vastuu",
        "The mission and responsibility of social services",
    ),
    ("Rollen som socialsekreterare", "Sosiaalityöntekijän rooli", "The role of the social worker"),
    (
        "Barnets rättigheter och delaktighet",
        "Lapsen oikeudet ja osallisuus",
        "The child's rights and participation",
    ),
    ("Utredning enligt BBIC och LVU", "Selvitys BBIC:n ja LVU:n mukaan", "Investigation under BBIC and LVU"),
    ("Samverkan: BUP, skola, polis", "Yhteistyö: BUP, koulu, poliisi", "Cooperation: child psychiatry, school, police"),
    (
        "Uppföljning, SIP och Lex Sarah",
        "Seuranta, SIP ja Lex Sarah",
        "Follow-up, SIP and Lex Sarah",
    ),
    ("Svåra samtal i praktiken", "Vaikeat keskustelut käytännössä", "Difficult conversations in practice"),
    ("Avslutning med mentorerna", "Päätöspäivä mentorien kanssa", "Closing day with the mentors"),
)
VENUES = {
    "Nyköping": ("Stadshuset, sal Kilaån", "Stora Torget 1, Nyköping"),
    "Eskilstuna": ("Stadshuset, sal Munktell", "Fristadstorget 1, Eskilstuna"),
    "Katrineholm": ("Kommunhuset, sal Djulö", "Gröna Kulle 1, Katrineholm"),
    "Strängnäs": ("Kommunhuset, sal Mälaren", "Nygatan 10, Strängnäs"),
    "Flen": ("Kommunhuset, sal Gårdsjön", "Sveavägen 1, Flen"),
    "Oxelösund": ("Koordinaten, stora salen", "Järntorget 9, Oxelösund"),
    "Vingåker": ("Kommunhuset, sal Kolsnaren", "Parkvägen 8, Vingåker"),
    "Gnesta": ("Kommunhuset, sal Frösjön", "Västra Storgatan 15, Gnesta"),
    "Trosa": ("Kommunhuset, sal Trosaån", "Västra Långgatan 4, Trosa"),
}
