-- When administrators were mailed last that backups are overdue; one row.
CREATE TABLE backup_alert (
    id            TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    mailed        DATETIME(3) NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

INSERT INTO backup_alert (id) VALUES (1);
