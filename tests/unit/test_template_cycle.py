"""The rules of the house for what runs by itself: the cycle, the schedules, and what watches them."""

from __future__ import annotations

import json
import re
from typing import Any

from cryptocast.domain import BAR_INTERVAL_S, Horizon
from cryptocast.retrain.policy import NEEDS_A_PERSON, TRAINS, decide
from cryptocast.stream.push import PUSHED_WITHIN_S
from tests.template import ROOT, folder, functions, load_template, of_type, statements

TEMPLATE = load_template()
FUNCTIONS = functions(TEMPLATE)
CYCLE = json.loads((ROOT / "statemachines" / "cycle.asl.json").read_text())


def tasks(states: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every Task state by name, those of parallel branches included."""
    found = {}
    for name, state in states.items():
        if state["Type"] == "Task":
            found[name] = state
        for branch in state.get("Branches", []):
            found |= tasks(branch["States"])
    return found


def test_every_task_of_the_cycle_is_retried_caught_and_may_be_invoked() -> None:
    machine = of_type(TEMPLATE, "AWS::Serverless::StateMachine")["CycleStateMachine"]
    arns = machine["DefinitionSubstitutions"]
    found = tasks(CYCLE["States"])
    assert {state["Resource"] for state in found.values()} == {f"${{{name}}}" for name in arns}
    for name, state in found.items():
        assert folder(FUNCTIONS[arns[state["Resource"][2:-1]]["Fn::GetAtt"].split(".")[0]]) == name
        errors = {error for retry in state["Retry"] for error in retry["ErrorEquals"]}
        # Step Functions knows no inheritance: each error that may be tried again is named.
        assert {"StoreUnavailable", "SourceUnavailable", "MetricsNotPut"} <= errors, name
        throttled = next(r for r in state["Retry"] if "Lambda.TooManyRequestsException" in r["ErrorEquals"])
        # A new account runs ten functions at once, and readers take their share: half a minute and more.
        waits_s = [
            min(throttled["IntervalSeconds"] * throttled["BackoffRate"] ** n, throttled["MaxDelaySeconds"])
            for n in range(throttled["MaxAttempts"])
        ]
        assert sum(waits_s) / 2 > 30, name
        assert state["Catch"][0]["ErrorEquals"] == ["States.ALL"], name
        timeout = FUNCTIONS[arns[state["Resource"][2:-1]]["Fn::GetAtt"].split(".")[0]].get("Timeout", 60)
        assert state["TimeoutSeconds"] > timeout, name
    allowed = next(s for owner, s in statements(TEMPLATE) if owner == "CycleStateMachine")
    assert allowed["Action"] == "lambda:InvokeFunction"
    assert allowed["Resource"] == list(arns.values())


def test_publishing_gives_up_well_before_its_function_is_ended() -> None:
    assert FUNCTIONS["PublishFunction"]["Timeout"] >= PUSHED_WITHIN_S + 60


def test_a_collector_that_fails_names_what_is_missing_and_the_cycle_goes_on() -> None:
    collect = CYCLE["States"]["collect"]
    assert collect["Type"] == "Parallel"
    assert len(collect["Branches"]) == 3
    for branch in collect["Branches"]:
        start = branch["States"][branch["StartAt"]]
        instead = branch["States"][start["Catch"][0]["Next"]]
        assert instead["Type"] == "Pass"
        assert instead["Parameters"]["missing"]


def test_after_a_failed_step_the_next_one_runs_and_the_execution_fails_at_the_end() -> None:
    states = CYCLE["States"]
    name = collect_next = states["collect"]["Next"]
    order = []
    while states[name]["Type"] == "Task":
        order.append(name)
        assert states[name]["Catch"][0]["Next"] == states[name]["Next"]
        assert states[name]["Catch"][0]["ResultPath"] == f"$.failures.{name}"
        name = states[name]["Next"]
    assert collect_next == "score_sentiment"
    assert order == ["score_sentiment", "build_features", "forecast", "publish", "monitor"]
    assert states[states[name]["Choices"][0]["Next"]]["Type"] == "Fail"
    assert states[states[name]["Default"]]["Type"] == "Succeed"


def test_the_schedule_lies_on_the_grid_and_keeps_what_it_could_not_start() -> None:
    schedule = of_type(TEMPLATE, "AWS::Scheduler::Schedule")["CycleSchedule"]
    assert schedule["ScheduleExpression"] == "cron(0/15 * * * ? *)"
    assert schedule["State"] == {"Ref": "ScheduleState"}
    assert json.loads(schedule["Target"]["Input"]) == {"as_of": "<aws.scheduler.scheduled-time>"}
    assert "DeadLetterConfig" in schedule["Target"]


def test_twice_a_month_the_calendar_asks_for_a_training() -> None:
    schedule = of_type(TEMPLATE, "AWS::Scheduler::Schedule")["TrainingSchedule"]
    assert schedule["Target"]["Arn"] == {"Ref": "RetrainTopic"}
    decision = decide(schedule["Target"]["Input"])
    assert (decision.train, decision.horizons) == (True, tuple(Horizon))
    assert "twice a month, by the calendar" in decision.reason
    assert schedule["ScheduleExpression"] == "cron(10 3 1,16 * ? *)"
    # Without subnets a task cannot start, and on a laptop nothing is scheduled.
    assert schedule["State"] == {"Fn::If": ["HasTrainingSubnets", {"Ref": "ScheduleState"}, "DISABLED"]}


def test_every_schedule_keeps_what_it_could_not_deliver_and_may_do_only_that() -> None:
    for name, schedule in of_type(TEMPLATE, "AWS::Scheduler::Schedule").items():
        target = schedule["Target"]
        queue = target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"]
        role = target["RoleArn"]["Fn::GetAtt"].split(".")[0]
        allowed = {s["Action"]: s["Resource"] for owner, s in statements(TEMPLATE) if owner == role}
        allowed.pop("sts:AssumeRole", None)
        assert allowed.pop("sqs:SendMessage") == {"Fn::GetAtt": queue}, name
        assert list(allowed.values()) == [target["Arn"]], name


def test_alarms_on_our_metrics_go_where_the_retraining_policy_expects_them() -> None:
    ours = {
        name: alarm
        for name, alarm in of_type(TEMPLATE, "AWS::CloudWatch::Alarm").items()
        if alarm["Namespace"] == {"Fn::Sub": "Cryptocast/${Stage}"}
    }
    for name, alarm in ours.items():
        assert alarm["MetricName"] in TRAINS | NEEDS_A_PERSON, name
        topic = "RetrainTopic" if alarm["MetricName"] in TRAINS else "AlertsTopic"
        assert alarm["AlarmActions"] == [{"Ref": topic}], name
        assert alarm["Dimensions"] == [{"Name": "Stage", "Value": {"Ref": "Stage"}}], name
    assert {alarm["MetricName"] for alarm in ours.values()} == TRAINS | NEEDS_A_PERSON


def test_a_queue_that_keeps_what_was_missed_is_an_alarm_each_time() -> None:
    """A message stays for 14 days: an alarm on what lies in the queue would tell the first and no other."""
    told = {
        alarm["Dimensions"][0]["Value"]["Fn::GetAtt"].split(".")[0]: alarm["MetricName"]
        for alarm in of_type(TEMPLATE, "AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == "AWS/SQS"
    }
    assert told == dict.fromkeys(of_type(TEMPLATE, "AWS::SQS::Queue"), "NumberOfMessagesSent")


def test_what_readers_meet_is_an_alarm_too() -> None:
    alarms = of_type(TEMPLATE, "AWS::CloudWatch::Alarm").values()
    watched = {a["Dimensions"][0]["Value"].get("Ref"): a["MetricName"] for a in alarms if "Namespace" in a}
    assert (watched["HttpApi"], watched["StreamFunction"]) == ("5xx", "Errors")


def test_cycles_that_are_late_and_cycles_that_do_not_run_are_an_alarm() -> None:
    alarm = of_type(TEMPLATE, "AWS::CloudWatch::Alarm")["CycleLateAlarm"]
    assert (alarm["MetricName"], alarm["ComparisonOperator"]) == ("CycleAgeSeconds", "GreaterThanThreshold")
    schedule = of_type(TEMPLATE, "AWS::Scheduler::Schedule")["CycleSchedule"]
    most = schedule["Target"]["RetryPolicy"]["MaximumEventAgeInSeconds"]
    assert most <= alarm["Threshold"] < BAR_INTERVAL_S
    assert alarm["TreatMissingData"] == "breaching"


def test_every_dead_letter_queue_has_an_alarm() -> None:
    watched = {
        dimension["Value"]["Fn::GetAtt"].split(".")[0]
        for alarm in of_type(TEMPLATE, "AWS::CloudWatch::Alarm").values()
        for dimension in alarm["Dimensions"]
        if dimension["Name"] == "QueueName"
    }
    assert watched == set(of_type(TEMPLATE, "AWS::SQS::Queue"))


def test_every_log_group_forgets() -> None:
    groups = of_type(TEMPLATE, "AWS::Logs::LogGroup")
    assert groups
    assert all(0 < group["RetentionInDays"] <= 90 for group in groups.values())


def test_the_dashboard_is_json() -> None:
    body = of_type(TEMPLATE, "AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(re.sub(r"\$\{[\w.]+\}", "x", body))["widgets"]
    shown = {m[1] for w in widgets if w["type"] == "metric" for m in w["properties"]["metrics"] if len(m) > 1}
    assert shown >= TRAINS
