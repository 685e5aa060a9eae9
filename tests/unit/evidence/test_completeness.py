"""What cannot be planned with is refused where it stands; nothing unknown is read as 0 or as no limit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from sim.errors import InputError, Problem
from sim.evidence.book import open_book
from sim.scenario.reading import load_scenario
from sim.shipped import folder


@pytest.fixture
def faults(tmp_path: Path) -> Callable[..., tuple[Problem, ...]]:
    def run(table: str, old: str, new: str, *settings: str) -> tuple[Problem, ...]:
        text = (folder("params") / table).read_text(encoding="utf-8")
        assert old in text
        own = tmp_path / "own" / table
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(text.replace(old, new, 1), encoding="utf-8")
        scenario = yaml.safe_load((folder("scenarios") / "nanchang.yaml").read_text(encoding="utf-8"))
        path = tmp_path / "mine.yaml"
        path.write_text(yaml.safe_dump(scenario | {"tables": "own"}, allow_unicode=True), encoding="utf-8")
        with pytest.raises(InputError) as caught:
            open_book(load_scenario(str(path), settings))
        return caught.value.problems

    return run


PLAN = "plans/nanchang/indicators.csv"
NURSES = "1000,resident,more,at_least,,expected,city,,nurses,2020,3.88"


@pytest.mark.parametrize(
    ("table", "old", "new", "found"),
    [
        (PLAN, NURSES, NURSES.removesuffix("3.88"), "baseline is ''"),
        (PLAN, NURSES, NURSES.replace("1000", "0", 1), "per is '0'"),
        (PLAN, NURSES, NURSES.replace("more", "less"), "sense of a target to construct is 'less'"),
        (PLAN, NURSES, NURSES.replace("at_least", "at_most"), "bound of a target to construct is 'at_most'"),
        (PLAN, NURSES, NURSES.replace("2020", "2019"), "base_year is 2019"),
        (PLAN, "ratio_to_population," + NURSES, "growth_rate," + NURSES, "measure of a target to construct"),
        ("plans/nanchang/county_baselines.csv", "360102,cdc_standard", "360103,cdc_standard", "stands again"),
        ("projects/values.csv", "recurrent_cost,beds", "recurrent_cost,nurses", "puts out no 'nurses'"),
        ("projects/values.csv", "size,project,200", "size,project,250", "its output 200"),
        ("projects/types.csv", "yes,ward_block", "yes,conversion", "its cost sample is per m2"),
        ("projects/values.csv", "preparation_months,project,9,", "preparation_months,project,9.5,", "is 9.5"),
        ("workforce/rates.csv", "growth_ceiling,0.04,0.04,", "growth_ceiling,,0.04,", "value is ''"),
        ("workforce/cadres.csv", "physicians,,", "physicians,tcm_physicians,", "is itself a subset"),
        ("projects/prerequisites.csv", "point,ambulance_set", "point,emergency_point", "requires itself"),
        ("population/census_age_sex.csv", "female,0,1283", "female,0,1284", "its census ages sum to 421691"),
    ],
)  # fmt: skip
def test_it_is_refused_where_it_stands(faults, table: str, old: str, new: str, found: str) -> None:
    problems = faults(table, old, new)
    assert any(found in str(problem) for problem in problems), "\n".join(map(str, problems))
    assert all(".csv:" in problem.where for problem in problems)


def test_a_missing_ceiling_is_not_no_ceiling(faults) -> None:
    old = "pharmacists,growth_ceiling,0.04,0.04,"
    problems = faults(
        "workforce/rates.csv", old, "pharmacists,growth_ceiling,0.04,,", "workforce.growth_ceiling=low"
    )
    assert "the low ceiling of pharmacists is unknown" in str(problems[0])


def test_a_resource_twice_in_the_floor_is_refused(faults) -> None:
    problems = faults(
        "priorities.csv", "constructible", "constructible", "allocation.equity_floor=[beds, beds]"
    )
    assert "beds stands twice" in str(problems[0])


FUNDS, BONDS = "funds/funds.csv", "funds/bonds.csv"
BOND = "special_bond,专项债券,Special bond,yes,no,yes,no,no,"
TERM = "special_bond,term_years,15,10,20,years,Xuchang,2022,xuchang_bond,"
COUNTY = "county,县级财政,County,yes,yes,yes,yes,yes,"
LONGER = "institution,term_years,15,10,20,years,Xuchang,2022,xuchang_bond,"
PREREQUISITES, CHOICES = "projects/prerequisites.csv", "projects/choices.csv"
CHOICE_HEAD = "choice,project,source,quality,reason,reason_zh\n"


def link(project: str, requires: str, parameter: str) -> str:
    return f"{project},{requires},{parameter},1,,,projects/project,Nanchang,2020,,,,assumption,No,无\n"


def member(project: str) -> str:
    return f"care,{project},,assumption,Same sites,同一用地\n"


@pytest.mark.parametrize(
    ("table", "old", "new", "where", "found", "allowed"),
    [
        (FUNDS, BOND + "county", BOND + "special_bond", "4:9", "is repaid by itself", "municipal, county"),
        (FUNDS, BOND + "county", BOND + "institution", "4:9", "which pays nothing that recurs", "municipal"),
        (FUNDS, BOND + "county", BOND + "central", "4:9", "which pays nothing that recurs", "municipal"),
        (FUNDS, BOND + "county", BOND, "2:1", "nobody repays special_bond", "no row"),
        (FUNDS, COUNTY, COUNTY + "municipal", "4:9", "which municipal repays in its turn", "municipal"),
        (BONDS, TERM, LONGER, "3:1", "nobody repays institution", "special_bond"),
        (BONDS, TERM, LONGER, "4:9", "its term_years is not known", "funds/bonds.csv"),
    ],
)
def test_a_bond_nobody_can_repay_is_refused(faults, table, old, new, where, found, allowed) -> None:
    problems = list(map(str, faults(table, old, new)))
    assert any(f".csv:{where}: " in p and found in p and allowed in p for p in problems), problems


PHASED = "units_before_start"
WARD, CENTRE = "tcm_hospital_expansion", "community_centre_new"


@pytest.mark.parametrize(
    ("rows", "column"),
    [
        (link(WARD, CENTRE, PHASED) + link(CENTRE, WARD, PHASED), "2:2"),
        (link(WARD, CENTRE, PHASED) + link(CENTRE, WARD, "units_required"), "2:2"),
        (link(CENTRE, WARD, "units_required") + link(WARD, CENTRE, PHASED), "3:2"),
        (
            link(WARD, "childcare_new", PHASED)
            + link("childcare_new", CENTRE, PHASED)
            + link(CENTRE, WARD, "units_required"),
            "2:2",
        ),
    ],
)
def test_phases_in_a_circle_are_refused(faults, rows: str, column: str) -> None:
    head = "point,ambulance_set"
    text = (folder("params") / PREREQUISITES).read_text(encoding="utf-8")
    line = next(line for line in text.splitlines(keepends=True) if head in line)
    problems = faults(PREREQUISITES, line, rows + line)
    assert len(problems) == 1
    assert f"{PREREQUISITES}:{column}: {WARD} requires " in str(problems[0])
    assert f"requires {WARD}; allowed: an earlier phase" in str(problems[0])


def test_a_choice_of_one_project_is_refused(faults) -> None:
    problems = faults(CHOICES, CHOICE_HEAD, CHOICE_HEAD + member("childcare_new"))
    assert "choices.csv:2:2: childcare_new is the only project of the choice care" in str(problems[0])
    assert "allowed: two projects or more" in str(problems[0])


def test_a_choice_with_a_project_without_a_limit_of_sites_is_refused(faults) -> None:
    rows = member("childcare_new") + member("recruit_nurses")
    problems = faults(CHOICES, CHOICE_HEAD, CHOICE_HEAD + rows)
    assert len(problems) == 1
    assert "choices.csv:3:2: recruit_nurses of the choice care has no limit of sites" in str(problems[0])
    assert "residents_per_site" in str(problems[0])


PAID = "plans/nanchang/per_capita.csv"
PAID_HEAD = (
    "programme,name_zh,name_en,counted_by,parameter,value,low,high,unit,geography,year,source,locator,quote,"
    "quality,reason,reason_zh\n"
)


def paid(parameter: str, value: str, year: str = "2020", by: str = "residents", unit: str = "") -> str:
    unit = unit or ("share" if parameter in ("central_share", "participation") else "yuan/person/year")
    return f"care,护理,Care,{by},{parameter},{value},,,{unit},Nanchang,{year},,,,assumption,No,无\n"


WHOLE = paid("standard", "10") + paid("national_base", "5") + paid("central_share", "0.6")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (WHOLE.replace(paid("central_share", "0.6"), ""), "2:5: care has no central_share"),
        (WHOLE.replace("residents", "insured"), "2:5: care has no participation"),
        (
            WHOLE.replace(paid("standard", "10"), paid("standard", "10", "")),
            "2:11: the standard of care has no",
        ),
        (WHOLE.replace(paid("national_base", "5"), paid("national_base", "5", "2019")), "is of 2019"),
        (
            WHOLE.replace("Care,residents,national", "Care,insured,national"),
            "3:4: counted_by of care is 'ins",
        ),
        (
            WHOLE.replace("central_share,0.6", "central_share,60"),
            "central_share is 60; allowed: 0 to 1 share",
        ),
        (WHOLE.replace("standard,10", "standard,-10"), "standard is -10"),
        (WHOLE.replace("yuan/person/year", "yuan", 1), "unit of standard is 'yuan'"),
    ],
)
def test_a_programme_that_cannot_be_counted_is_refused(tmp_path: Path, rows: str, said: str) -> None:
    own = tmp_path / "own" / PAID
    own.parent.mkdir(parents=True)
    own.write_text(PAID_HEAD + rows, encoding="utf-8")
    scenario = yaml.safe_load((folder("scenarios") / "nanchang.yaml").read_text(encoding="utf-8"))
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(scenario | {"tables": "own"}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        open_book(load_scenario(str(path)))
    problems = list(map(str, caught.value.problems))
    assert any("per_capita.csv:" in p and said in p for p in problems), problems


LINE = "name: care, yuan_per_person: 10, central_base_yuan: 5, central_share: 0.6"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (f"{{{LINE}}}, {{{LINE}}}", "a second programme care"),
        (f"{{{LINE}, counted_by: insured}}", "insured_share is not given"),
        (f"{{{LINE}, insured_share: 0.7}}", "insured_share is given"),
        (f"{{{LINE.replace('0.6', '60')}}}", "central_share"),
        (f"{{{LINE.replace(': 10', ': -10')}}}", "yuan_per_person"),
        (f"{{{LINE}, counted_by: doctors}}", "counted_by"),
    ],
)
def test_a_line_of_a_scenario_that_says_no_sense_is_refused(lines: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        load_scenario("nanchang", [f"programmes=[{lines}]"])
    assert any(said in str(problem) for problem in caught.value.problems)
