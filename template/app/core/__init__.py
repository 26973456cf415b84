"""The plumbing of this service. You need not read it to add a route, a model or a setting.

api_key        whether a request has a valid key
console        log lines as text, for a developer's terminal
database_url   the parameters of a Postgres URL, as asyncpg accepts them
development    the error behind a 500 and the command for a missing migration, in development only
etag           the version of a row as its ETag, If-Match
lifespan       start-up, shutdown, draining
logging        one format for every log line
middleware     request id, security headers, body limits, 304 responses
protocol       uvicorn's HTTP protocol, with limits on headers
request_log    one log line for each request
rows           finding and saving the rows of any resource
schema_check   whether the schema of the database matches the code
server         uvicorn as production runs it
stdout         standard output that never blocks the event loop for long
swagger_ui     the API documentation at /docs
telemetry      Sentry and OpenTelemetry
"""
