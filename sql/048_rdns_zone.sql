-- The reverse zones that PowerDNS has, as it was last asked: which addresses
-- may have a name is known while its database is away.
CREATE TABLE rdns_zone (
    name          VARCHAR(255) CHARACTER SET ascii NOT NULL PRIMARY KEY
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
