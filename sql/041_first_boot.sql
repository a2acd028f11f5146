-- What a container runs once, at its first boot.  The text is here until the
-- node has it, and nowhere afterwards; what came of it stands in the log of the
-- task that sent it.
CREATE TABLE first_boot (
    vm_id         BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    task_id       BIGINT UNSIGNED NULL,             -- that sent it
    stage         ENUM('kept', 'sent', 'ended') CHARACTER SET ascii NOT NULL
                  DEFAULT 'kept',
    data          MEDIUMTEXT NULL,
    created       DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    sent          DATETIME(3) NULL,
    next_look     DATETIME(3) NULL,                 -- at what came of it
    KEY next_look (stage, next_look),
    FOREIGN KEY (vm_id) REFERENCES vm (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
