-- Every fact as the journal has it, and the typed tables that people query.
-- No keys and no indexes: DuckDB's have broken more than they protected, and every row comes from one writer.

CREATE TABLE fact (
    seq UBIGINT NOT NULL,
    unix_millis BIGINT NOT NULL,
    actor VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    fact VARCHAR NOT NULL, -- JSON
    prev VARCHAR NOT NULL,
    hash VARCHAR NOT NULL
);

CREATE TABLE data_version (
    dataset VARCHAR NOT NULL,
    version UINTEGER NOT NULL,
    object VARCHAR NOT NULL,
    bytes UBIGINT NOT NULL,
    row_count UBIGINT NOT NULL,
    rejected_rows UBIGINT NOT NULL,
    created TIMESTAMP,
    seq UBIGINT NOT NULL
);

CREATE TABLE data_source (
    dataset VARCHAR NOT NULL,
    version UINTEGER NOT NULL,
    position UINTEGER NOT NULL,
    path VARCHAR NOT NULL,
    bytes UBIGINT NOT NULL,
    digest VARCHAR NOT NULL
);

CREATE TABLE data_column (
    dataset VARCHAR NOT NULL,
    version UINTEGER NOT NULL,
    position UINTEGER NOT NULL,
    name VARCHAR NOT NULL,
    type VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    missing UBIGINT,
    distinct_values UBIGINT,
    smallest DOUBLE,
    largest DOUBLE,
    mean DOUBLE,
    std DOUBLE
);

CREATE TABLE run (
    run VARCHAR NOT NULL,
    number UBIGINT NOT NULL,
    dataset VARCHAR NOT NULL,
    data_version UINTEGER NOT NULL,
    target VARCHAR NOT NULL,
    task VARCHAR NOT NULL,
    experiment VARCHAR NOT NULL,
    device VARCHAR NOT NULL,
    seed UBIGINT NOT NULL,
    recipe VARCHAR NOT NULL, -- JSON
    state VARCHAR NOT NULL,
    started TIMESTAMP,
    ended TIMESTAMP,
    seconds DOUBLE,
    error VARCHAR,
    seq UBIGINT NOT NULL
);

CREATE TABLE run_metric (
    run VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    value DOUBLE NOT NULL,
    baseline DOUBLE
);

CREATE TABLE run_file (
    run VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    digest VARCHAR NOT NULL
);

CREATE TABLE model_version (
    model VARCHAR NOT NULL,
    version UINTEGER NOT NULL,
    run VARCHAR NOT NULL,
    onnx_max_abs_diff DOUBLE NOT NULL,
    onnx_compared_rows UBIGINT NOT NULL,
    created TIMESTAMP,
    seq UBIGINT NOT NULL
);

CREATE TABLE model_alias (
    model VARCHAR NOT NULL,
    alias VARCHAR NOT NULL,
    version UINTEGER NOT NULL,
    seq UBIGINT NOT NULL
);

CREATE TABLE endpoint (
    model VARCHAR NOT NULL,
    version UINTEGER NOT NULL,
    started TIMESTAMP,
    stopped TIMESTAMP,
    seq UBIGINT NOT NULL
);

CREATE TABLE watched_folder (
    path VARCHAR NOT NULL,
    seq UBIGINT NOT NULL
);
