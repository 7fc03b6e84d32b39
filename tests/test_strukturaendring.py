"""Another structure is only data: four regions, a merger, another name of a KKR, a klynge or a tilsyn, as files."""

import re
import shutil

import nbformat
import pytest
from proeveaar import i_kraft, kun_flygtninge, laes_raekker, skriv_raekker, tilfoej, tilfoej_aar
from proevestruktur import DAGEN, ESBJERG, FANOE, GAMLE, OEST, afloes, fanoe, oestdanmark

from kkrlib import data, flygtninge, klynger, kontrol, socialtilsyn
from kkrlib.errors import FEJL, DataError, ParameterError
from kkrlib.flygtninge import beregning
from kkrlib.rapport import katalog, koersel
from kkrlib.visning import flygtninge as vis
from kkrlib.visning import klynger as vis_klynger
from kkrlib.visning import socialtilsyn as vis_socialtilsyn

AAR = 2027
CELLS = nbformat.read(data.ROD / "notebooks" / "flygtninge.ipynb", as_version=4).cells
SHOWN = re.findall(r"vis\.(\w+)\(b\)", "\n".join(c.source for c in CELLS if c.cell_type == "code"))
SAGER = {"oestdanmark": (oestdanmark,), "fanoe": (fanoe,), "begge": (oestdanmark, fanoe)}
REGIONER = {"oestdanmark": 4, "fanoe": 5, "begge": 4}
KOMMUNER = {"oestdanmark": 98, "fanoe": 97, "begge": 97}


@pytest.fixture(autouse=True)
def hurtig(monkeypatch):
    """What the page says of one kommune's familiesammenførte is costly and no other here."""
    quick = lambda basis, number, more: flygtninge.fordel(basis, number)["kommunekvote"]  # noqa: E731
    monkeypatch.setattr(beregning, "foelsomhed", quick)


@pytest.fixture(scope="module")
def rapporter():
    return katalog.find(data.ROD)


@pytest.fixture(scope="module", params=SAGER)
def sag(request, tmp_path_factory):
    """The name of the case, its folder and its tables, with quota year 2027 in the new structure."""
    folder = tmp_path_factory.mktemp(request.param) / "data"
    shutil.copytree(data.data_mappe(), folder)
    for change in SAGER[request.param]:
        change(folder)
    assert tilfoej_aar(folder, aar=AAR) == AAR
    return request.param, folder, data.laes(folder)


def vist(tabeller, aar, region="hele landet"):
    """What each cell of the notebook shows: name → words."""
    b = flygtninge.beregn(tabeller, aar, region)
    said = {}
    for name in SHOWN:
        shown = getattr(vis, name)(b)
        if shown is not None:
            bundle = shown._repr_mimebundle_()
            said[name] = bundle.get("text/html") or bundle["text/markdown"]
    return said


# --- the two cases ---------------------------------------------------------------------------------------------------


def test_the_data_have_no_error_and_the_controls_of_all_years_agree(sag):
    _, folder, tabeller = sag
    assert [f for f in data.check(folder) if f.alvor == FEJL] == []
    assert kontrol.saml(tabeller).nye_og_borte == []


@pytest.mark.parametrize("aar", [2023, 2025])
def test_the_pages_of_an_old_year_stay_as_they_are(sag, tabeller, aar):
    lists_all_years = ("kilder", "metode")
    old = {f: s for f, s in vist(tabeller, aar, "Region Hovedstaden").items() if f not in lists_all_years}
    new = vist(sag[2], aar, "Region Hovedstaden")
    assert {name for name, text in old.items() if new[name] != text} == set()


def test_the_sums_of_the_year_are_exact(sag):
    name, _, tabeller = sag
    b = flygtninge.beregn(tabeller, AAR)
    assert len(b.kommuner) == KOMMUNER[name] and len(b.regioner) == REGIONER[name]
    for column in ("regionskvote", "offentliggjort_kvote"):
        assert b.regioner[column].sum() == b.landstal
    assert b.kommuner["kommunekvote"].sum() == b.landstal
    assert b.kommuner.groupby("region")["kommunekvote"].sum().to_dict() == b.regioner["regionskvote"].to_dict()
    assert (b.kontroller["dom"] == "stemmer").all()


def test_a_change_since_an_earlier_year_is_summed_over_the_same_kommuner(sag):
    tabeller = sag[2]
    b = flygtninge.beregn(tabeller, AAR)
    letter = tabeller["bilag_b"].loc[lambda t: t["kvoteaar"] == b.forrige].set_index("kommunekode")["kommunekvote"]
    assert b.kommuner["forrige_kvote"].sum() == b.regioner["forrige_kvote"].sum() == letter.sum()
    if FANOE not in b.kommuner.index:
        assert b.kommuner.at[ESBJERG, "forrige_kvote"] == letter[ESBJERG] + letter[FANOE]
    if OEST in b.regioner.index:
        before = tabeller["regionskvoter"].loc[lambda t: t["kvoteaar"] == b.forrige].set_index("region")["regionskvote"]
        assert b.regioner.at[OEST, "forrige_kvote"] == sum(before[r] for r in GAMLE)
    causes = [c for c in b.aarsager.columns if c not in ("kvote_foer", "kvote_efter", "aendring")]
    assert all(sum(row[c] for c in causes) == row["aendring"] for _, row in b.aarsager.iterrows())
    assert (b.aarsager["kvote_foer"] == b.kommuner["forrige_kvote"]).all()


def test_the_page_says_in_a_sentence_that_the_structure_is_another(sag):
    said = str(vist(sag[2], AAR)["hvad_er_nyt"])
    merged = "er Fanø en del af Esbjerg"
    region = "Region Østdanmark af kommunerne fra Region Hovedstaden og Region Sjælland"
    told = {
        "oestdanmark": f"Fra 1. januar 2027 består {region}",
        "fanoe": f"Fra 1. januar 2027 {merged}",
        "begge": f"Fra 1. januar 2027 {merged}, og {region.replace('Østdanmark', 'Østdanmark består')}",
    }[sag[0]]
    assert f"{told}; ændringerne er regnet for de samme kommuner i begge år." in said.replace("\N{NO-BREAK SPACE}", " ")
    assert "Fra 1. januar" not in str(vist(sag[2], 2025)["hvad_er_nyt"])


def test_every_page_of_the_year_is_shown_with_the_map_of_its_kommuner(sag):
    name, _, tabeller = sag
    for region in ["hele landet", *flygtninge.beregn(tabeller, AAR).regioner.index]:
        pages = vist(tabeller, AAR, region)
        text = re.sub(r"<[^>]*>", " ", "\n".join(pages.values()))
        assert not re.search(r"\b(nan|None|NaN|NaT|<NA>)\b", text)
        if REGIONER[name] == 4:
            assert "de fem regioner" not in text
        drawn = [svg for svg in re.findall(r"<svg.*?</svg>", "\n".join(pages.values()), re.S) if ">Kbh<" in svg]
        assert len(drawn) == 1
        tiles = set(re.findall(r">([A-ZÆØÅ][A-ZÆØÅa-zæøå-]{1,3})</text>", drawn[0]))
        known = {r["forkortelse"] for r in i_kraft(laes_raekker(sag[1], "flisekort"), DAGEN)}
        assert tiles & known == known and len(known) == KOMMUNER[name]
        assert ("Fnø" in tiles) == (KOMMUNER[name] == 98)


def test_the_pages_and_their_links_follow_the_day(sag, rapporter):
    name, _, tabeller = sag
    pages = {p.navn: p for p in katalog.sider(rapporter["flygtninge"], tabeller)}
    own = [n for n in pages if n.startswith("flygtninge-2027")]
    old = [n for n in pages if n.startswith("flygtninge-2025")]
    slugs = ["nordjylland", "midtjylland", "syddanmark"]
    assert old == ["flygtninge-2025", *(f"flygtninge-2025-{s}" for s in [*slugs, "hovedstaden", "sjaelland"])]
    if name == "fanoe":
        assert own == [n.replace("2025", "2027") for n in old]
        return
    assert own == ["flygtninge-2027", *(f"flygtninge-2027-{s}" for s in [*slugs, "oestdanmark"])]
    choices = {
        page: {
            c["etiket"]: {s["tekst"]: s["navn"] for s in c["sider"]} for c in koersel._siblings(spec, pages.values())
        }
        for page, spec in pages.items()
    }
    assert choices["flygtninge-2027-oestdanmark"]["År"]["2025"] == "flygtninge-2025"
    assert choices["flygtninge-2025-hovedstaden"]["År"]["2027"] == "flygtninge-2027"
    assert choices["flygtninge-2027"]["Område"]["Region Østdanmark"] == "flygtninge-2027-oestdanmark"
    assert choices["flygtninge-2027"]["Område"]["Region Hovedstaden"] == "flygtninge-2025-hovedstaden"
    assert choices["flygtninge-2025-syddanmark"]["År"]["2027"] == "flygtninge-2027-syddanmark"


def test_an_area_that_the_year_does_not_have_is_refused_with_those_it_has(sag, rapporter):
    name, _, tabeller = sag
    if name == "fanoe":
        return
    report = rapporter["flygtninge"]
    with pytest.raises(ParameterError, match="«Sjælland» findes ikke den 2027-01-01. Gyldige: .*Region Østdanmark"):
        katalog.sider(report, tabeller, aar=AAR, region="Sjælland")
    with pytest.raises(ParameterError, match="«KKR Østdanmark» findes ikke den 2025-01-01"):
        katalog.sider(report, tabeller, aar=2025, region="KKR Østdanmark")
    assert [p.navn for p in katalog.sider(report, tabeller, region="kkr østdanmark")] == ["flygtninge-2027-oestdanmark"]
    with pytest.raises(ParameterError, match="findes ikke i noget af årene"):
        katalog.sider(rapporter["klyngeoekonomi"], tabeller, region="Østdanmark")
    with pytest.raises(ParameterError, match="«Region Sjælland» findes ikke den 2027-01-01"):
        flygtninge.beregn(tabeller, AAR, "Region Sjælland")


def test_a_kommune_that_is_none_any_more_is_refused_in_a_scenario(sag):
    tabeller = sag[2]
    if FANOE in flygtninge.grundlag(tabeller, AAR).index:
        return
    assert flygtninge.beregn(tabeller, 2025, scenarie_familiesammenfoerte={"Fanø": 3}).scenarie is not None
    with pytest.raises(ParameterError, match="Fanø"):
        flygtninge.beregn(tabeller, AAR, scenarie_familiesammenfoerte={"Fanø": 3})


# --- what is forgotten -----------------------------------------------------------------------------------------------


@pytest.fixture
def lille(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(data.data_mappe(), folder)
    kun_flygtninge(folder)
    return folder


def fejl(folder):
    return [(f.fil, f.kolonne, f.vaerdi, f.regel) for f in data.check(folder) if f.alvor == FEJL]


def test_kommuner_left_in_a_region_that_ends_are_one_finding_of_each_region(lille):
    afloes(lille, "regioner", lambda r: r["region"] in GAMLE, None)
    found = fejl(lille)
    assert {(f[0], f[1], f[2]) for f in found} == {("kommuner.csv", "region", r) for r in GAMLE}
    assert all("gælder ikke fortsat, som rækken gør" in f[3] and "i alt" in f[3] for f in found)


def test_a_letter_that_names_the_region_of_another_year_is_named(lille):
    oestdanmark(lille)
    tilfoej_aar(lille, aar=AAR)
    rows = laes_raekker(lille, "regionskvoter")
    for row in rows:
        if row["kvoteaar"] == str(AAR) and row["region"] == OEST:
            row["region"] = GAMLE[0]
    skriv_raekker(lille, "regionskvoter", rows)
    found = [f for f in fejl(lille) if f[0] == "regionskvoter.csv"]
    assert ("regionskvoter.csv", "region", GAMLE[0]) in {f[:3] for f in found}
    assert any("kvoteaar 2027: Region Østdanmark mangler; alle 4 i regioner.csv" in f[3] for f in found)


def test_a_kommune_that_ends_without_a_successor_is_named(lille):
    for name in ("kommuner", "flisekort"):
        afloes(lille, name, lambda r: r["kommunekode"] == FANOE, None)
    said = "563 Fanø ophører, men har ingen efterfølger i kommune_efterfoelgere.csv"
    assert fejl(lille) == [("kommuner.csv", "gaelder_til", "2026-12-31", said)]


# --- the relatives ---------------------------------------------------------------------------------------------------


@pytest.fixture
def hele(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(data.data_mappe(), folder)
    return folder


def test_a_kkr_with_another_name_is_called_so_from_its_day_on(lille):
    afloes(
        lille, "regioner", lambda r: r["region"] == "Region Sjælland", {"kkr": "KKR Øst"}, "2025-01-01", "2024-12-31"
    )
    assert fejl(lille) == []
    tables = data.laes(lille)
    assert flygtninge.beregn(tables, 2025, "KKR Øst").region == "Region Sjælland"
    assert flygtninge.beregn(tables, 2023, "KKR Sjælland").region == "Region Sjælland"
    with pytest.raises(ParameterError, match="«KKR Øst» findes ikke den 2023-01-01"):
        flygtninge.beregn(tables, 2023, "KKR Øst")
    assert flygtninge.beregn(tables, 2025).strukturaendringer == []


def nyt_klyngeaar(folder, aar="2023", dag="2023-01-01", kvoteaar="2025"):
    (year,) = laes_raekker(folder, "klynge_aar")
    tilfoej(folder, "klynge_aar", [{**year, "aar": aar, "kvoteaar": kvoteaar, "medlemskab_pr": dag}])
    pools = laes_raekker(folder, "klynge_regionspuljer")
    regions = {r["region"] for r in i_kraft(laes_raekker(folder, "regioner"), dag)}
    new = [{**p, "aar": aar} for p in pools if p["region"] in regions]
    for region in sorted(regions - {p["region"] for p in new}):
        rest = sum(int(p["pulje"]) for p in pools if p["region"] not in regions)
        new.append({**pools[0], "aar": aar, "region": region, "pulje": rest})
    tilfoej(folder, "klynge_regionspuljer", new)


def test_a_klynge_with_another_name_and_a_kommune_that_moves_are_those_of_the_day(hele):
    key = ("Region Sjælland", "Klyngen Holbæk")
    days = ("2023-01-01", "2022-12-31")
    own = lambda r: (r["region"], r["klynge"]) == key  # noqa: E731
    afloes(hele, "klynge_register", own, {"klynge": "Klyngen Nordvest"}, *days)
    afloes(hele, "klynge_medlemmer", own, {"klynge": "Klyngen Nordvest"}, *days)
    afloes(hele, "klynge_medlemmer", lambda r: r["kommunekode"] == "336", {"klynge": "Klyngen Nykøbing F"}, *days)
    nyt_klyngeaar(hele)
    assert [f for f in data.check(hele) if f.alvor == FEJL] == []
    tables = data.laes(hele)
    old, new = (klynger.beregn(tables, aar) for aar in (2022, 2023))
    assert key in old.klynger.index and key not in new.klynger.index and len(new.register) == len(old.register)
    assert new.kommuner.at["336", "klynge"] == "Klyngen Nykøbing F" != old.kommuner.at["336", "klynge"]
    assert "Klyngen Nordvest" in set(new.register["klynge"]) and "Klyngen Nordvest" not in set(old.register["klynge"])
    assert vis_klynger.klynger(new) is not None


def test_a_klynge_year_in_another_region_structure_asks_for_its_klynger(hele):
    oestdanmark(hele)
    tilfoej_aar(hele, aar=AAR)
    nyt_klyngeaar(hele, str(AAR), DAGEN, str(AAR))
    found = [f for f in data.check(hele) if f.alvor == FEJL]
    assert {f.fil for f in found} == {"klynge_register.csv", "klynge_medlemmer.csv"}
    assert any("Region Østdanmark mangler" in f.regel for f in found)
    assert any("hører 2027-01-01 til Region Østdanmark" in f.regel for f in found)
    regions = {r["region"] for r in laes_raekker(hele, "regioner")} & set(GAMLE)
    number = iter(range(1, 20))
    rows = laes_raekker(hele, "klynge_register")
    new = [{**r, "gaelder_fra": DAGEN, "region": OEST, "nummer": next(number)} for r in rows if r["region"] in regions]
    for r in rows:
        if r["region"] in regions:
            r["gaelder_til"] = "2026-12-31"
    skriv_raekker(hele, "klynge_register", [*rows, *new])
    members = laes_raekker(hele, "klynge_medlemmer")
    moved = [{**r, "gaelder_fra": DAGEN, "region": OEST} for r in members if r["region"] in regions]
    for r in members:
        if r["region"] in regions:
            r["gaelder_til"] = "2026-12-31"
    skriv_raekker(hele, "klynge_medlemmer", [*members, *moved])
    assert [f for f in data.check(hele) if f.alvor == FEJL] == []
    b = klynger.beregn(data.laes(hele), AAR, OEST)
    assert len(b.regioner) == 4 and sum(b.klynger["kommuner"]) == b.midler["pulje_kommuner"]


def nyt_tilsyn(folder, ogsaa_fakta):
    """Socialtilsyn Øst is called otherwise from 2022 on; what is about a year from then on says so where
    ``ogsaa_fakta``."""
    new = {"tilsyn": "Socialtilsyn Sjælland", "slug": "socialtilsyn-sjaelland"}
    afloes(folder, "tilsyn", lambda r: True, new, "2022-01-01", "2021-12-31")
    for name, year in (("socialtilsyn_rapporter", "rapport"), ("fakta", "beskriver_aar")) if ogsaa_fakta else ():
        rows = laes_raekker(folder, name)
        changed = {"tilsyn": new["tilsyn"]}
        skriv_raekker(folder, name, [r | changed if r["tilsyn"] and r[year] >= "2022" else r for r in rows])


def test_a_tilsyn_with_another_name_is_called_so_in_the_reports_of_its_years(hele):
    nyt_tilsyn(hele, ogsaa_fakta=True)
    assert [f for f in data.check(hele) if f.alvor == FEJL] == []
    tables = data.laes(hele)
    titles = [vis_socialtilsyn.side(socialtilsyn.beregn(tables, aar)).titel for aar in (2021, 2023)]
    assert titles == ["Socialtilsyn Øst 2021", "Socialtilsyn Sjælland 2023"]


def test_rows_about_a_tilsyn_that_is_none_in_their_year_are_named(hele):
    nyt_tilsyn(hele, ogsaa_fakta=False)
    found = [f for f in data.check(hele) if f.alvor == FEJL]
    assert {(f.fil, f.kolonne, f.vaerdi) for f in found} == {
        (f"{name}.csv", "tilsyn", "Socialtilsyn Øst") for name in ("socialtilsyn_rapporter", "fakta")
    }
    assert any("gælder ikke i 2023, for i tilsyn.csv gælder den 2014-01-01 til 2021-12-31" in f.regel for f in found)


def test_a_population_of_a_year_without_a_payer_is_refused(sag):
    name, _, tabeller = sag
    if name == "oestdanmark":  # the klyngekontorer of Region Sjælland are shared by its kommuner, whatever region now
        office = klynger.beregn(tabeller, 2022, "Region Sjælland", kontorbefolkning=AAR).kontorer[0]
        assert len(office.befolkning) == 17
    else:
        lost = dict(tabeller) | {"klynge_aar": tabeller["klynge_aar"].assign(kvoteaar=AAR)}
        with pytest.raises(DataError, match="563"):
            klynger.beregn(lost, 2022)
