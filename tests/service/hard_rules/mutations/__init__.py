"""One module for each hard rule; what is wrong in it is wrong in the way that people get it wrong."""

from service.hard_rules.mutations import (
    blocking,
    commits,
    layers,
    lazy_loading,
    migrations,
    private_names,
    request_id,
    response_model,
    secrets,
    sessions,
    settings,
    test_database,
)

MUTATIONS = [
    *response_model.MUTATIONS,
    *sessions.MUTATIONS,
    *migrations.MUTATIONS,
    *settings.MUTATIONS,
    *test_database.MUTATIONS,
    *request_id.MUTATIONS,
    *blocking.MUTATIONS,
    *commits.MUTATIONS,
    *layers.MUTATIONS,
    *lazy_loading.MUTATIONS,
    *secrets.MUTATIONS,
    *private_names.MUTATIONS,
]
