"""The rules of the house for template.yaml: who hears of a training task that failed."""

from __future__ import annotations

import json
import re

from cryptocast.retrain.launcher import STARTED_BY
from tests.template import load_template, of_type

TEMPLATE = load_template()
RULE = of_type(TEMPLATE, "AWS::Events::Rule")["TrainingFailedRule"]


def test_a_training_task_that_fails_or_cannot_start_is_told_to_a_person() -> None:
    pattern = RULE["EventPattern"]
    assert (pattern["source"], pattern["detail-type"]) == (["aws.ecs"], ["ECS Task State Change"])
    detail = pattern["detail"]
    assert detail["clusterArn"] == [{"Fn::GetAtt": "TrainingCluster.Arn"}]
    assert detail["lastStatus"] == ["STOPPED"]
    # A task that could not pull its image has no exit code.
    assert detail["$or"] == [
        {"containers": {"exitCode": [{"anything-but": 0}]}},
        {"stopCode": ["TaskFailedToStart"]},
    ]
    assert [target["Arn"] for target in RULE["Targets"]] == [{"Ref": "AlertsTopic"}]


def test_a_tuning_task_that_fails_is_left_to_the_training_that_goes_on_without_it() -> None:
    assert RULE["EventPattern"]["detail"]["startedBy"] == [STARTED_BY]


def test_its_message_is_one_json_string_of_what_the_event_tells() -> None:
    change = RULE["Targets"][0]["InputTransformer"]
    template = change["InputTemplate"]["Fn::Sub"]
    assert set(re.findall(r"<(\w+)>", template)) == set(change["InputPathsMap"])
    assert isinstance(json.loads(template), str)


def test_alarms_and_the_rule_may_publish_alerts_and_nobody_else() -> None:
    (policy,) = of_type(TEMPLATE, "AWS::SNS::TopicPolicy").values()
    assert policy["Topics"] == [{"Ref": "AlertsTopic"}]
    allowed = {s["Principal"]["Service"]: s["Condition"] for s in policy["PolicyDocument"]["Statement"]}
    assert allowed == {
        "cloudwatch.amazonaws.com": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        "events.amazonaws.com": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": "TrainingFailedRule.Arn"}}},
    }
