"""The demonstration's role profiles, who has the roles, and goals from the municipality to its units."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from competence.actions import goals, profiles
from competence.models import Competence, FrameworkVersion, ProfileVersion, StrategicGoal
from people.models import Employment, Organisation, Person, Region

CODES = ("sv", "fi", "en")
Words = tuple[str, str, str]  # in Swedish, Finnish, English

WORKER: Words = ("Socialsekreterare, barn och unga", "Lastensuojelun sosiaalityöntekijä", "Child-welfare social worker")
WORKER_WORDS: dict[str, Words] = {
    "purpose": (
        (
            "Du ser till att barn och unga som riskerar att fara illa får det skydd och stöd de har rätt till. "
            "Du utreder tillsammans med barnet och familjen, beslutar efter lagen och följer upp att stödet hjälper."
        ),
        (
            "Huolehdit siitä, että lapset ja nuoret, joiden hyvinvointi on vaarassa, saavat suojan ja tuen, johon "
            "heillä on oikeus. Selvität tilanteen yhdessä lapsen ja perheen kanssa, teet lain mukaiset päätökset ja "
            "seuraat, että tuki auttaa."
        ),
        (
            "You see to it that children and young people at risk get the protection and support that they are "
            "entitled to. You assess together with the child and the family, decide by the law, and follow up that "
            "the support helps."
        ),
    ),
    "requirements": (
        "Socionomexamen eller motsvarande. Ny i yrket får introduktion, handledning och en mentor det första året.",
        (
            "Sosiaalityön tutkinto tai vastaava. Uusi työntekijä saa ensimmäisenä vuonna perehdytyksen, työnohjausta "
            "ja mentorin."
        ),
        (
            "A degree in social work or equal. Somebody new in the profession has an introduction, supervision and a "
            "mentor in the first year."
        ),
    ),
}
WORKER_TASKS: tuple[Words, ...] = (
    (
        "Bedöma samma dag om ett barn behöver omedelbart skydd",
        "Arvioida samana päivänä, tarvitseeko lapsi välitöntä suojaa",
        "Decide the same day whether a child needs protection at once",
    ),
    (
        "Utreda barns behov tillsammans med barnet, familjen och nätverket",
        "Selvittää lapsen tarpeet yhdessä lapsen, perheen ja läheisten kanssa",
        "Assess a child's needs together with the child, the family and those around them",
    ),
    (
        "Samtala med barn så att de förstår och blir lyssnade på",
        "Keskustella lasten kanssa niin, että he ymmärtävät ja tulevat kuulluiksi",
        "Talk with children so that they understand and are heard",
    ),
    (
        "Skriva utredningar och beslut som den enskilde kan läsa och överklaga",
        "Kirjoittaa selvitykset ja päätökset, jotka asiakas voi lukea ja joista hän voi valittaa",
        "Write assessments and decisions that people can read and appeal against",
    ),
    (
        "Planera och följa upp stöd och placeringar",
        "Suunnitella ja seurata tukea ja sijoituksia",
        "Plan and follow up support and placements",
    ),
    (
        "Samarbeta med skola, vård och polis, och kalla till SIP när det behövs",
        "Tehdä yhteistyötä koulun, terveydenhuollon ja poliisin kanssa ja kutsua yhteinen suunnitelma koolle",
        "Cooperate with school, health care and police, and call for a joint plan where needed",
    ),
)
DIRECTOR: Words = ("Socialchef", "Sosiaalijohtaja", "Director of social services")
DIRECTOR_WORDS: dict[str, Words] = {
    "purpose": (
        (
            "Du leder socialtjänsten så att invånarna får rätt stöd i tid, inom lagen och budgeten. Du gör "
            "verksamheten synlig i kommunens beslut och skapar förutsättningar för dem som leder och arbetar i den."
        ),
        (
            "Johdat sosiaalihuoltoa niin, että asukkaat saavat oikean tuen ajoissa, lain ja talousarvion rajoissa. "
            "Tuot työn näkyväksi kunnan päätöksissä ja luot edellytykset niille, jotka johtavat ja tekevät työtä."
        ),
        (
            "You lead social services so that residents get the right support in time, within the law and the budget. "
            "You make the work visible in the municipality's decisions and give those who lead and do it what "
            "they need."
        ),
    ),
    "requirements": (
        "Högskoleexamen inom socialt arbete eller motsvarande, och flera års erfarenhet av att leda chefer.",
        "Soveltuva ylempi korkeakoulututkinto ja usean vuoden kokemus esihenkilöiden johtamisesta.",
        "A degree in social work or equal, and several years of leading managers.",
    ),
}
DIRECTOR_TASKS: tuple[Words, ...] = (
    (
        "Leda socialtjänstens chefer och deras utveckling",
        "Johtaa sosiaalihuollon esihenkilöitä ja tukea heidän kehittymistään",
        "Lead the managers of social services and their development",
    ),
    (
        "Bereda nämndens ärenden och stå för underlaget",
        "Valmistella lautakunnan asiat ja vastata valmistelusta",
        "Prepare the committee's matters and answer for what they rest on",
    ),
    (
        "Svara för ekonomi, kvalitet och rättssäkerhet",
        "Vastata taloudesta, laadusta ja oikeusturvasta",
        "Answer for money, quality and the rule of law",
    ),
    (
        "Samarbeta med grannkommuner, region och civilsamhälle",
        "Tehdä yhteistyötä naapurikuntien, alueen ja järjestöjen kanssa",
        "Cooperate with neighbouring municipalities, the region and associations",
    ),
    (
        "Berätta för invånare och förtroendevalda vad socialtjänsten gör",
        "Kertoa asukkaille ja luottamushenkilöille, mitä sosiaalihuolto tekee",
        "Tell residents and elected representatives what social services do",
    ),
)

# Goals: what, and what it means here.
TOWN_GOALS: tuple[tuple[Words, Words], ...] = (
    (
        (
            "Barn och unga får rätt stöd i tid",
            "Lapset ja nuoret saavat oikean tuen ajoissa",
            "Children and young people get the right support in time",
        ),
        (
            "Ingen väntar på en utredning längre än lagen säger.",
            "Kukaan ei odota selvitystä lain sallimaa aikaa kauemmin.",
            "Nobody waits for an assessment longer than the law says.",
        ),
    ),
    (
        (
            "Vår personal stannar och utvecklas",
            "Henkilöstömme pysyy ja kehittyy",
            "Our staff stay and develop",
        ),
        (
            "Alla har en introduktion, en profil och ett samtal om året.",
            "Jokaisella on perehdytys, osaamisprofiili ja keskustelu vuosittain.",
            "Everybody has an introduction, a profile and a talk each year.",
        ),
    ),
)
UNIT_GOALS: Mapping[int, tuple[tuple[int, Words, Words], ...]] = {
    0: (
        (
            0,
            (
                "Varje barn har träffat sin handläggare inom en vecka",
                "Jokainen lapsi on tavannut työntekijänsä viikon sisällä",
                "Every child has met its social worker within a week",
            ),
            (
                "Vi bokar första mötet samma dag som utredningen öppnas.",
                "Varaamme ensimmäisen tapaamisen samana päivänä, kun selvitys alkaa.",
                "We book the first meeting on the day that the assessment opens.",
            ),
        ),
        (
            0,
            (
                "Våra beslut går att förstå för den de gäller",
                "Päätöksemme ymmärtää se, jota ne koskevat",
                "Our decisions are clear to those whom they concern",
            ),
            (
                "Vi läser varandras beslut varje fredag.",
                "Luemme toistemme päätökset joka perjantai.",
                "We read each other's decisions every Friday.",
            ),
        ),
        (
            1,
            (
                "Ingen är ensam i ett svårt ärende",
                "Kukaan ei ole yksin vaikeassa asiassa",
                "Nobody is alone in a difficult case",
            ),
            (
                "Två handläggare från första dagen, och handledning var tredje vecka.",
                "Kaksi työntekijää ensimmäisestä päivästä ja työnohjaus joka kolmas viikko.",
                "Two social workers from the first day, and supervision every third week.",
            ),
        ),
    ),
    1: (
        (
            0,
            (
                "Den som ringer får svar samma dag",
                "Soittaja saa vastauksen samana päivänä",
                "Whoever calls has an answer the same day",
            ),
            (
                "Vi turas om att ha tid för samtalen.",
                "Puheluille varataan aikaa vuorotellen.",
                "We take turns to have time for the calls.",
            ),
        ),
        (
            1,
            (
                "Vi lär av varje ärende",
                "Opimme jokaisesta asiasta",
                "We learn from every case",
            ),
            (
                "En halvtimme i veckan, alltid om ett riktigt fall.",
                "Puoli tuntia viikossa, aina todellisesta tapauksesta.",
                "Half an hour a week, always about a real case.",
            ),
        ),
    ),
}


def _said(words: Words, field: str = "") -> dict[str, str]:
    return {f"{field}_{code}" if field else code: text for code, text in zip(CODES, words, strict=True)}


def _describe(
    region: Region,
    framework: FrameworkVersion,
    title: Words,
    words: Mapping[str, Words],
    tasks: Sequence[Words],
    *,
    by: Person,
    now: datetime,
) -> ProfileVersion:
    """A published profile; what comes later in an area is asked for on a lower level, as nobody is best at all."""
    version = profiles.start(region=region, organisation=None, framework=framework, titles=_said(title), by=by, now=now)
    said = {key: text for name, three in words.items() for key, text in _said(three, name).items()}
    version = profiles.keep_words(version=version, titles={}, words=said, revision=version.revision, by=by, now=now)
    rows = [_said(task) for task in tasks]
    version = profiles.keep_tasks(version=version, tasks=rows, revision=version.revision, by=by, now=now)
    found = Competence.objects.filter(area__version=framework)
    levels = {one.pk: 4 if one.position == 0 else 3 for one in found}
    version = profiles.keep_targets(version=version, levels=levels, revision=version.revision, by=by, now=now)
    return profiles.publish(version=version, by=by, now=now)


def describe(
    region: Region,
    frameworks: Mapping[str, FrameworkVersion],
    units: Sequence[Organisation],
    *,
    by: Person,
    now: datetime,
) -> None:
    """Child-welfare social workers have a profile, and those of the units the role; so have directors."""
    worker = _describe(region, frameworks["child-welfare"], WORKER, WORKER_WORDS, WORKER_TASKS, by=by, now=now)
    staff = Employment.objects.on(now.date()).filter(unit__in=units, job_title="Socialsekreterare")
    profiles.give(profile=worker.profile, employments=list(staff), valid_from=now.date(), by=by, now=now)
    if framework := frameworks.get("social-directors"):
        director = _describe(region, framework, DIRECTOR, DIRECTOR_WORDS, DIRECTOR_TASKS, by=by, now=now)
        heads = Employment.objects.on(now.date()).filter(job_title="Socialchef", person__home_region=region)
        profiles.give(profile=director.profile, employments=list(heads), valid_from=now.date(), by=by, now=now)


def set_goals(
    town: Organisation,
    units: Sequence[Organisation],
    framework: FrameworkVersion,
    *,
    valid_from: date,
    director: Person,
    manager: Person,
    now: datetime,
) -> None:
    """The director's goals for the municipality, and the manager's for two units, each serving one of them."""
    competences = list(Competence.objects.filter(area__version=framework))

    def keep(
        place: Organisation, said: tuple[Words, Words], n: int, serves: StrategicGoal | None = None
    ) -> StrategicGoal:
        return goals.keep(
            organisation=place,
            goal=None,
            words={**_said(said[0], "words"), **_said(said[1], "explanation")},
            serves=serves,
            competences=competences[n * 3 : n * 3 + 1],
            by=director if serves is None else manager,
            valid_from=valid_from,
            valid_to=date(valid_from.year + 1, 12, 31),
            now=now,
        )

    above = [keep(town, said, n) for n, said in enumerate(TOWN_GOALS)]
    for number, unit in enumerate(units):
        for n, (serves, *said) in enumerate(UNIT_GOALS[number]):
            keep(unit, (said[0], said[1]), n, above[serves])
