-- What is too much for facts. Ids grow with the rows, so that the newest are found by the zone maps alone.

CREATE TABLE metric_point (
    run VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    step UBIGINT NOT NULL,
    value DOUBLE NOT NULL,
    unix_millis BIGINT NOT NULL
);

CREATE TABLE prediction (
    id UBIGINT NOT NULL,
    model VARCHAR NOT NULL,
    version UINTEGER NOT NULL,
    request VARCHAR NOT NULL,
    row_in_request UINTEGER NOT NULL,
    unix_millis BIGINT NOT NULL,
    inputs VARCHAR NOT NULL, -- JSON list in the order of the signature
    class_index UINTEGER,
    probabilities VARCHAR, -- JSON list
    value DOUBLE
);
