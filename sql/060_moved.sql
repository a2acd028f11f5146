-- A node that an administrator calls dead: nothing is placed there, and its
-- containers may be restored on another one.
ALTER TABLE node
    ADD COLUMN dead BOOLEAN NOT NULL DEFAULT FALSE AFTER enabled;

-- Containers that were restored elsewhere while their node was dead: what that
-- node may still have, by its tag, and the fence that stops it.  A row goes
-- once the node has removed it.
CREATE TABLE vm_moved (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    vm_id         BIGINT UNSIGNED NULL,                   -- what it became
    vm_name       VARCHAR(64) NOT NULL,
    node_id       INT UNSIGNED NOT NULL,                  -- where it was
    ctid          INT UNSIGNED NOT NULL,
    tag           CHAR(16) CHARACTER SET ascii NOT NULL,
    fence         BIGINT UNSIGNED NOT NULL,
    moved         DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    stopped       DATETIME(3) NULL,         -- the node was told, and did it
    unwanted      BOOLEAN NOT NULL DEFAULT FALSE,         -- it is to be removed
    UNIQUE KEY tag (node_id, tag),
    KEY vm_id (vm_id),
    FOREIGN KEY (vm_id) REFERENCES vm (id) ON DELETE SET NULL,
    FOREIGN KEY (node_id) REFERENCES node (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
