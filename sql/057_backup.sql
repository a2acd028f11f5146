-- Backups of containers.  A row outlives its container for as long as the
-- backup is in its repository: tag is how the repository knows it, snapshot
-- which one of restic's it is.  taken is the moment that it shows.  held: the
-- node may have the snapshot that it was read from.  A row that is leaving is
-- gone for everybody; the job deletes it once the repository has forgotten it.
CREATE TABLE backup (
    id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    vm_id         BIGINT UNSIGNED NULL,
    vm_name       VARCHAR(64) NOT NULL,
    user_id       BIGINT UNSIGNED NULL,                   -- whose container
    node_id       INT UNSIGNED NULL,
    tag           CHAR(16) CHARACTER SET ascii NOT NULL,
    repository    VARCHAR(32) CHARACTER SET ascii NOT NULL,
    snapshot      VARCHAR(64) CHARACTER SET ascii NULL,
    kind          ENUM('manual', 'scheduled') CHARACTER SET ascii NOT NULL,
    state         ENUM('queued', 'running', 'done', 'failed', 'leaving')
                  CHARACTER SET ascii NOT NULL DEFAULT 'queued',
    held          TINYINT UNSIGNED NOT NULL DEFAULT 0,
    files         BIGINT UNSIGNED NULL,
    bytes         BIGINT UNSIGNED NULL,                   -- of the container
    added         BIGINT UNSIGNED NULL,                   -- to the repository
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    taken         DATETIME(3) NULL,
    finished      DATETIME(3) NULL,
    error_code    VARCHAR(32) CHARACTER SET ascii NULL,
    error_detail  VARCHAR(255) NULL,
    next_look     DATETIME(3) NULL,                       -- of one that leaves
    KEY vm_id (vm_id, id),
    KEY state (state, next_look),
    KEY node_id (node_id, state),
    FOREIGN KEY (vm_id) REFERENCES vm (id) ON DELETE SET NULL,
    FOREIGN KEY (user_id) REFERENCES user (id) ON DELETE SET NULL,
    FOREIGN KEY (node_id) REFERENCES node (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
