-- Whether the backups of a container are good.  check: restic looked at its
-- repository; trial: its newest backup was restored into a container of its own
-- and booted.  ended: when that was done last, code and detail why it failed,
-- good: when it last did not.  part: of eight, the part of the data that was
-- read last, and when.  Nobody begins before next_look; asked: an administrator
-- wants it now.  A row is made with the container's first good backup.
CREATE TABLE backup_check (
    vm_id         BIGINT UNSIGNED NOT NULL,
    kind          ENUM('check', 'trial') CHARACTER SET ascii NOT NULL,
    made          DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    ended         DATETIME(3) NULL,
    good          DATETIME(3) NULL,
    seconds       INT UNSIGNED NULL,
    code          VARCHAR(32) CHARACTER SET ascii NULL,
    detail        VARCHAR(255) NULL,
    part          TINYINT UNSIGNED NOT NULL DEFAULT 0,
    part_read     DATETIME(3) NULL,
    asked         TINYINT UNSIGNED NOT NULL DEFAULT 0,
    next_look     DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    PRIMARY KEY (vm_id, kind),
    KEY due (kind, next_look),
    KEY ended (kind, ended),
    FOREIGN KEY (vm_id) REFERENCES vm (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

INSERT INTO backup_check (vm_id, kind)
    SELECT DISTINCT vm_id, 'check' FROM backup
        WHERE state = 'done' AND vm_id IS NOT NULL;

INSERT INTO backup_check (vm_id, kind)
    SELECT DISTINCT vm_id, 'trial' FROM backup
        WHERE state = 'done' AND vm_id IS NOT NULL;

-- The second one is of backups that are not good.
INSERT INTO backup_alert (id) VALUES (2);
