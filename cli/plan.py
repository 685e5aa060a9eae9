"""`sim plan PLAN`: a plan as printed, and how each row of it is read."""

from __future__ import annotations

import click


@click.command()
@click.argument("plan", metavar="PLAN")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--text", is_flag=True, help="Also the numeric targets of the text.")
@click.option("--works", is_flag=True, help="Also the named projects with their status.")
@click.option("--rules", is_flag=True, help="Also the planning rules.")
@click.option("--tasks", is_flag=True, help="Also the tasks with their bureaus.")
@click.option("--bureau", metavar="NAME", help="Only the tasks this bureau leads or takes part in.")
def plan(plan: str, lang: str, text: bool, works: bool, rules: bool, tasks: bool, bureau: str | None) -> None:
    """Show the indicator table of PLAN, a plan or a scenario: force, baseline, target, and how it is read."""
    from sim.consult.plan_view import indicator_lines, open_plan, rule_lines, task_lines, work_lines
    from sim.consult.words import words

    view, said = open_plan(plan), words(lang)
    parts = [indicator_lines(view, said, "table")]
    parts += [indicator_lines(view, said, "text")] if text else []
    parts += [work_lines(view, said)] if works else []
    parts += [rule_lines(view, said)] if rules else []
    parts += [task_lines(view, said, bureau)] if tasks or bureau else []
    click.echo("\n\n".join(["\n".join(lines) for lines in parts]))
