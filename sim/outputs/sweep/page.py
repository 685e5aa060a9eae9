"""The page of a sweep: it stands alone, without network."""

from __future__ import annotations

from sim.outputs.drawing import inlined, plotly
from sim.outputs.pages import environment
from sim.outputs.sweep.charts import COLUMNS, ROWS, sweep_charts
from sim.outputs.sweep.naming import outcome_name, sweep_words
from sim.outputs.sweep.saying import SHOWN, discovery_lines, important, is_plan, parts, records
from sim.outputs.sweep.sections import shown
from sim.outputs.texts import Texts, percent, plain
from sim.sweep.analysis.answering import Answered
from sim.sweep.analysis.thresholds import threshold_rows, thresholds

TABLES = ("regret", "met", "wanted", "outcomes", "settled", "factors", "failed", "discovery", "indices")
"Tables that stand on the page; charts show the others."


def render(found: Answered, lang: str) -> str:
    """Return the page; the same dataset gives the same bytes."""
    words = sweep_words(lang)
    drawn = sweep_charts(found, words)
    return (
        environment("sim.outputs.sweep", "sim.outputs.report")
        .get_template("page.html.jinja")
        .render(
            t=words,
            title=found.data.manifest["title"][lang],
            origin=found.data.manifest["id"],
            banners=banners(found, words),
            parts=parts(found, words),
            tables={name: shown(found, name, words) for name in TABLES if len(found.tables[name])},
            charts=drawn,
            chart_data=inlined(drawn),
            notes=notes(found, words),
            settling=settling(found, words),
            failing=[line for one in found.discoveries for line in discovery_lines(found, one, words)],
            methods=methods(found, words),
            thresholds=[
                [row["name"], row["value"], words[f"reason.{row['name']}"]] for row in threshold_rows()
            ],
            plotly=plotly() if drawn else "",
            files=words.say("sweep.files", list=words["join"].join(f"{name}.csv" for name in found.tables)),
        )
    )


def banners(found: Answered, words: Texts) -> list[str]:
    """Return what a reader must know first: what is an LP, what is missing, what failed."""
    data = found.data
    said = []
    if len(data.draw) < data.planned:
        missing = {"parts": len(data.missing), "missing": data.planned - len(data.draw)}
        said.append(words.say("sweep.banner.incomplete", there=len(data.draw), **missing))
    if below := int(found.tables["regret"]["below_bound"].sum()):
        said.append(words.say("sweep.banner.fault", n=below))
    if data.failed:
        said.append(words.say("sweep.banner.failed", failed=data.failed))
    if is_plan(found):
        best = any(outcome.of == "best" for outcome in data.outcomes)
        said += [words["sweep.banner.plan"], words["sweep.banner.best" if best else "sweep.banner.fixed"]]
    else:
        said.append(words["sweep.banner.model"])
    if not data.weighs:
        said.append(words.say("sweep.banner.points", method=words[f"sweep.method.{data.method}"]))
    return said


def settling(found: Answered, words: Texts) -> list[str]:
    """Say whether the indices of the first outcomes have settled, and what was left out."""
    table = found.tables["settled"]
    rows = {str(row["outcome"]): row for row in records(table)}
    method = found.data.method
    grouped = f"sweep.groups.{method if method in ('sobol', 'morris') else 'other'}"
    said = []
    limit = plain(thresholds().narrow)
    for name in important(found)[:SHOWN]:
        outcome = outcome_name(found.interests[name], words)
        if name not in rows:
            said.append(words.say("sweep.no_index", outcome=outcome))
            continue
        row = rows[name]
        said.append(
            words.say(
                "sweep.settled",
                outcome=outcome,
                groups=words.say(grouped, n=row["groups"]),
                widest=f"{row['widest']:.2g}",
                narrow=words.say(f"sweep.narrow.{'yes' if row['narrow'] else 'no'}", limit=limit),
                leading=plain(thresholds().leading),
                stable=words[f"sweep.stable.{'yes' if row['stable'] else 'no'}"],
            )
        )
    if dropped := max((int(row["dropped"]) for row in rows.values()), default=0):
        said.append(words.say("sweep.dropped", dropped=words.say(grouped, n=dropped)))
    return said


def notes(found: Answered, words: Texts) -> dict[str, str]:
    """Return the note of each section."""
    limits = thresholds()
    outcomes = found.tables["outcomes"]
    still = outcomes[outcomes["constant"]]["outcome"]
    names = words.listed(outcome_name(found.interests[name], words) for name in still)
    return {
        "regret": words["sweep.note.regret"],
        "wanted": words.say("sweep.note.wanted", units=plain(limits.wanted_units)),
        "met": words.say("sweep.note.met", confidence=percent(limits.confidence, 0)),
        "decides": _decides_note(found, words),
        "outcomes": words.say("sweep.note.constant", list=names) if len(still) else "",
    }


def _decides_note(found: Answered, words: Texts) -> str:
    note = words.say("sweep.note.decides", measure=words[f"sweep.measure.{found.main}"])
    if len(found.leading) <= ROWS and len(found.data.factors) <= COLUMNS:
        return note
    return words.say("sweep.note.cut", note=note, rows=ROWS, columns=COLUMNS)


def methods(found: Answered, words: Texts) -> list[str]:
    """Return how the numbers of the page were made."""
    limits, method = thresholds(), found.data.method
    own = method if method in ("sobol", "morris") else "other"
    said = [words[f"sweep.method_note.{own}"]]
    exact = method == "grid"
    key = "sweep.method_note.exact" if exact else "sweep.method_note.tenths"
    said.append(words.say(key, share=percent(limits.tail_share, 0)))
    if found.discoveries:
        said.append(words.say("sweep.method_note.prim", usual=percent(limits.usual_share, 0)))
    return said
