"""Makes each request of a JSON list of [operation, input] on standard input, and prints the codes of their errors."""

import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

service, endpoint, region = sys.argv[1:4]
client = boto3.client(
    service,
    endpoint_url=endpoint,
    region_name=region,
    aws_access_key_id="local",
    aws_secret_access_key="local",
    config=Config(parameter_validation=False, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
)


def code_of(operation, parameters):
    try:
        client._make_api_call(operation, parameters)
        return "none"
    except ClientError as error:
        return error.response["Error"]["Code"]
    except Exception as error:  # what the client cannot even send
        return f"client: {error}"


print(json.dumps([code_of(operation, parameters) for operation, parameters in json.load(sys.stdin)]))
