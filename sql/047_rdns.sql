-- The name of an address in DNS, as PowerDNS's own database is to have it.  A
-- row is what is wanted, and due says that it has not been delivered yet; one
-- without a name goes when its PTR is gone there.
--
-- chosen: by the owner or an administrator, and not by vzpanel_rdns_default.
-- version: of the wish, so that what was delivered is not noted of a later one.
CREATE TABLE rdns (
    address       VARCHAR(45) CHARACTER SET ascii NOT NULL PRIMARY KEY,
    vm_id         BIGINT UNSIGNED NULL,
    name          VARCHAR(253) CHARACTER SET ascii NULL,
    chosen        TINYINT UNSIGNED NOT NULL DEFAULT 0,
    version       INT UNSIGNED NOT NULL DEFAULT 0,
    due           DATETIME(3) NULL,                       -- NULL: delivered
    problem       VARCHAR(16) CHARACTER SET ascii NULL,   -- of the last try
    KEY due (due),
    KEY vm_id (vm_id),
    FOREIGN KEY (vm_id) REFERENCES vm (id) ON DELETE SET NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
