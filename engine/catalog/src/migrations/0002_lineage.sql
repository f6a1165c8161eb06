-- What came from what: a node for everything with a written id, an edge from each thing to what was made of it.

CREATE TABLE lineage_node (
    id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    unix_millis BIGINT NOT NULL,
    seq UBIGINT NOT NULL
);

CREATE TABLE lineage_edge (
    from_id VARCHAR NOT NULL,
    to_id VARCHAR NOT NULL,
    seq UBIGINT NOT NULL
);

-- Content that a node is made of, so that a digest leads back to it.
CREATE TABLE lineage_digest (
    digest VARCHAR NOT NULL,
    id VARCHAR NOT NULL,
    seq UBIGINT NOT NULL
);
