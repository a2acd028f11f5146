-- The disk of a container as it was at a moment, kept on its node under a name
-- that the panel drew.  The node's list wins: what it does not have is gone,
-- and back where a reinstall is undone.  How many a customer may take is the
-- plan's; those that the panel takes by itself do not count.
CREATE TABLE vm_snapshot (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    vm_id         BIGINT UNSIGNED NOT NULL,
    name          VARCHAR(32) CHARACTER SET ascii NOT NULL,   -- on the node
    title         VARCHAR(64) NOT NULL DEFAULT '',
    automatic     TINYINT UNSIGNED NOT NULL DEFAULT 0,
    actor         VARCHAR(32) CHARACTER SET ascii NOT NULL DEFAULT '',
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    taken         DATETIME(3) NULL,         -- NULL: not yet
    gone          DATETIME(3) NULL,         -- the node has not had it since
    bytes         BIGINT UNSIGNED NULL,     -- its own, as the node told last
    ssh_keys      TEXT CHARACTER SET ascii NULL,  -- of root then: fingerprints
    UNIQUE KEY name (vm_id, name),
    KEY gone (gone),
    FOREIGN KEY (vm_id) REFERENCES vm (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

ALTER TABLE plan
    ADD COLUMN snapshots TINYINT UNSIGNED NOT NULL DEFAULT 3;
