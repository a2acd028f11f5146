-- The firewall of a container, and what administrators shut for it.  Rules are
-- read and written as one: a JSON object {"in", "out", "rules"}, as the API has
-- it.  What is tried holds on the node until it is kept or its time is over,
-- by the node's clock; trial_until is when that was to be.
--
-- Containers from before went without: what they send to port 25 stays open.
CREATE TABLE vm_firewall (
    vm_id         BIGINT UNSIGNED NOT NULL PRIMARY KEY,
    version       INT UNSIGNED NOT NULL DEFAULT 0,        -- for If-Match
    kept          TEXT NULL,                              -- NULL: no rules
    trial         TEXT NULL,
    trial_until   DATETIME(3) NULL,
    smtp_open     TINYINT UNSIGNED NOT NULL DEFAULT 0,
    smtp_reason   VARCHAR(200) NULL,
    all_shut      TINYINT UNSIGNED NOT NULL DEFAULT 0,
    all_reason    VARCHAR(200) NULL,
    FOREIGN KEY (vm_id) REFERENCES vm (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

INSERT INTO vm_firewall (vm_id, smtp_open) SELECT id, 1 FROM vm;
