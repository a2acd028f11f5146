-- Alerts of a container, one row for each kind that somebody has set or that
-- was raised once.  What is NULL of the first three is as the panel has it.
-- raised is when the alert was, since when its figure is above the limit, and
-- value what it was then, in tenths; mailed is when its owner was last told by
-- mail, and stays, so that no second mail goes within the hour.
CREATE TABLE vm_alert (
    vm_id         BIGINT UNSIGNED NOT NULL,
    kind          VARCHAR(8) CHARACTER SET ascii NOT NULL,
    enabled       TINYINT UNSIGNED NULL,
    bound         INT UNSIGNED NULL,                      -- per cent, Mbit/s
    minutes       INT UNSIGNED NULL,
    raised        DATETIME(3) NULL,
    since         DATETIME(3) NULL,
    value         INT UNSIGNED NULL,
    mailed        DATETIME(3) NULL,
    PRIMARY KEY (vm_id, kind),
    FOREIGN KEY (vm_id) REFERENCES vm (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
