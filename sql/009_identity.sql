-- Who acts must own, and a number is not an identity.  tag is what a container
-- is beyond its number: drawn here, told to the node by `create`, named by
-- every verb that changes it.  NULL is a container from before tags, which has
-- none on its node either.
--
-- fence counts the claims of a container's tasks.  A verb carries that of its
-- task's claim, and the node refuses one that is behind another it has seen.
ALTER TABLE vm
    ADD COLUMN tag CHAR(16) CHARACTER SET ascii NULL AFTER ctid,
    ADD COLUMN fence BIGINT UNSIGNED NOT NULL DEFAULT 0 AFTER tag,
    ADD UNIQUE KEY tag (tag);

-- How often somebody took the task up again by hand: its verbs are others then,
-- and a node may not answer that it has done them already.
ALTER TABLE task
    ADD COLUMN round INT UNSIGNED NOT NULL DEFAULT 0 AFTER attempt;

-- Numbers that are not given out: of a container that was destroyed, for a
-- while; of one that a node has and we do not know, until it is looked at
-- again.
CREATE TABLE number_rest (
    node_id       INT UNSIGNED NOT NULL,
    ctid          INT UNSIGNED NOT NULL,
    until         DATETIME(3) NOT NULL,
    PRIMARY KEY (node_id, ctid),
    KEY until (until),
    FOREIGN KEY (node_id) REFERENCES node (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
