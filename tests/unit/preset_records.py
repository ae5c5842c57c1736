"""Records of logs by their published schemas, with addresses of documentation and invented ids."""

import json


def json_lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


ROLE = "arn:aws:iam::111122223333:role/app"


CLOUDTRAIL = {
    "eventVersion": "1.10",
    "userIdentity": {
        "type": "AssumedRole",
        "principalId": "AROAEXAMPLE:session-1",
        "arn": "arn:aws:sts::111122223333:assumed-role/app/session-1",
        "accountId": "111122223333",
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": ROLE, "userName": "app"}},
    },
    "eventTime": "2026-02-01T10:00:00Z",
    "eventSource": "bedrock.amazonaws.com",
    "eventName": "InvokeModel",
    "awsRegion": "us-west-2",
    "sourceIPAddress": "203.0.113.7",
    "userAgent": "Boto3/1.34.162 md/Botocore#1.34.162",
    "requestParameters": {"modelId": "model-a"},
    "responseElements": None,
    "requestID": "req-1",
    "eventID": "event-1",
    "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"},
}


BY_USER = {
    **CLOUDTRAIL,
    "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::111122223333:user/ann"},
    "eventName": "ConverseStream",
    "sourceIPAddress": "2001:db8::7",
    "eventID": "event-2",
}


BY_SERVICE = {
    **CLOUDTRAIL,
    "userIdentity": {"type": "AWSService", "invokedBy": "bedrock.amazonaws.com"},
    "sourceIPAddress": "bedrock.amazonaws.com",
    "userAgent": "bedrock.amazonaws.com",
    "requestParameters": None,
    "eventID": "event-3",
}


INTERNAL = {**CLOUDTRAIL, "sourceIPAddress": "AWS Internal", "eventID": "event-4"}


OTHER_CALL = {**CLOUDTRAIL, "eventName": "ListFoundationModels", "eventID": "event-5"}


OTHER_SERVICE = {**CLOUDTRAIL, "eventSource": "s3.amazonaws.com", "eventID": "event-6"}


UNTIMED = {key: value for key, value in CLOUDTRAIL.items() if key != "eventTime"}


CLOUDTRAIL_ROWS = [
    {
        "account_id": ROLE,
        "timestamp": "2026-02-01T10:00:00",
        "ip": "203.0.113.7",
        "user_agent": "Boto3/1.34.162 md/Botocore#1.34.162",
        "channel": "bedrock",
        "model": "model-a",
        "endpoint": "InvokeModel",
        "request_id": "event-1",
    },
    {
        "account_id": "arn:aws:iam::111122223333:user/ann",
        "timestamp": "2026-02-01T10:00:00",
        "ip": "2001:db8::7",
        "user_agent": "Boto3/1.34.162 md/Botocore#1.34.162",
        "channel": "bedrock",
        "model": "model-a",
        "endpoint": "ConverseStream",
        "request_id": "event-2",
    },
    {
        "account_id": "bedrock.amazonaws.com",
        "timestamp": "2026-02-01T10:00:00",
        "user_agent": "bedrock.amazonaws.com",
        "channel": "bedrock",
        "endpoint": "InvokeModel",
        "request_id": "event-3",
    },
    {
        "account_id": ROLE,
        "timestamp": "2026-02-01T10:00:00",
        "user_agent": "Boto3/1.34.162 md/Botocore#1.34.162",
        "channel": "bedrock",
        "model": "model-a",
        "endpoint": "InvokeModel",
        "request_id": "event-4",
    },
]


TRAIL = [CLOUDTRAIL, OTHER_CALL, BY_USER, BY_SERVICE, OTHER_SERVICE, UNTIMED, INTERNAL]


VERTEX = {
    "insertId": "insert-1",
    "timestamp": "2026-02-01T10:00:00.123456789Z",
    "receiveTimestamp": "2026-02-01T10:00:01Z",
    "logName": "projects/p/logs/cloudaudit.googleapis.com%2Fdata_access",
    "resource": {"type": "audited_resource", "labels": {"service": "aiplatform.googleapis.com"}},
    "protoPayload": {
        "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
        "serviceName": "aiplatform.googleapis.com",
        "methodName": "google.cloud.aiplatform.v1.PredictionService.GenerateContent",
        "resourceName": "projects/p/locations/us-central1/publishers/google/models/model-a",
        "authenticationInfo": {"principalEmail": "app@p.iam.gserviceaccount.example"},
        "requestMetadata": {
            "callerIp": "198.51.100.9",
            "callerSuppliedUserAgent": "google-genai-sdk/1.0,gzip(gfe)",
        },
        "status": {},
    },
}


def vertex(number, method="GenerateContent", **payload):
    payload = {
        "methodName": f"google.cloud.aiplatform.v1.PredictionService.{method}",
        **payload,
    }
    return {
        **VERTEX,
        "insertId": f"insert-{number}",
        "protoPayload": {**VERTEX["protoPayload"], **payload},
    }


RESOURCE = "/SUBSCRIPTIONS/S/RESOURCEGROUPS/G/PROVIDERS/MICROSOFT.COGNITIVESERVICES/ACCOUNTS/A"


AZURE = {
    "Tenant": "eastus",
    "callerIpAddress": "203.0.113.***",
    "category": "RequestResponse",
    "correlationId": "9d3a6e98-0000-0000-0000-000000000001",
    "durationMs": 102,
    "operationName": "ChatCompletions_Create",
    "properties": json.dumps({"objectId": "oid-1", "modelName": "model-a", "requestLength": 2}),
    "resourceId": RESOURCE,
    "resultSignature": "200",
    "time": "2026-02-01T10:00:00.4350000Z",
}


OCSF = {
    "class_uid": 6003,
    "class_name": "API Activity",
    "category_uid": 6,
    "activity_id": 1,
    "time": 1769940000123,
    "actor": {"user": {"uid": "user-1", "name": "ann", "type_id": 1}},
    "api": {
        "operation": "InvokeModel",
        "request": {"uid": "req-1"},
        "service": {"name": "bedrock"},
    },
    "src_endpoint": {"ip": "203.0.113.7"},
    "http_request": {"user_agent": "sdk/1"},
    "tls": {"version": "1.3", "ja3_hash": {"algorithm_id": 1, "value": "aa" * 16}},
    "metadata": {"version": "1.3.0", "uid": "event-1"},
}


OCSF_ROWS = [
    {
        "account_id": "user-1",
        "timestamp": "2026-02-01T10:00:00.123000",
        "ip": "203.0.113.7",
        "user_agent": "sdk/1",
        "device_id": "aa" * 16,
        "endpoint": "InvokeModel",
        "request_id": "event-1",
    },
    {
        "account_id": "bob",
        "timestamp": "2026-02-01T10:00:00.123000",
        "endpoint": "InvokeModel",
        "request_id": "req-1",
    },
]


def ocsf_records():
    sparse = {
        "class_uid": 6003,
        "time": 1769940000123,
        "actor": {"user": {"name": "bob"}},
        "api": OCSF["api"],
        "src_endpoint": {"ip": "athena.amazonaws.com"},
    }
    return [OCSF, sparse, {**OCSF, "class_uid": 3002}]


ECS = {
    "@timestamp": "2026-02-01T10:00:00.000Z",
    "user": {"id": "user-1", "name": "ann"},
    "source": {"ip": "203.0.113.7", "port": 4711},
    "user_agent": {"original": "sdk/1"},
    "tls": {"client": {"ja3": "bb" * 16}},
    "url": {"path": "/v1/messages"},
    "event": {"id": "event-1", "action": "request"},
    "gen_ai": {"request": {"model": "model-a"}, "usage": {"input_tokens": 12, "output_tokens": 3}},
}


ECS_ROW = {
    "account_id": "user-1",
    "timestamp": "2026-02-01T10:00:00",
    "ip": "203.0.113.7",
    "user_agent": "sdk/1",
    "device_id": "bb" * 16,
    "model": "model-a",
    "endpoint": "/v1/messages",
    "request_id": "event-1",
    "input_tokens": 12,
    "output_tokens": 3,
}


def flat(record, prefix=""):
    for key, value in record.items():
        if isinstance(value, dict):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
