-- What a token may do, from which networks, and where it was used last.  The
-- default is what an older module makes: a token that changes nothing.
ALTER TABLE token
    ADD COLUMN rights SET('read', 'power', 'servers', 'account', 'admin_read',
        'admin_servers', 'admin_users', 'admin_orders', 'admin_catalog',
        'admin_nodes') NOT NULL DEFAULT 'read,account,admin_read' AFTER scope,
    ADD COLUMN networks VARCHAR(512) CHARACTER SET ascii NOT NULL DEFAULT ''
        AFTER rights,
    ADD COLUMN seen_from VARCHAR(45) CHARACTER SET ascii NULL AFTER seen;

-- A token from before keeps all that its scope allowed: all ten.
UPDATE token SET rights = 1023 WHERE scope = 'write';
