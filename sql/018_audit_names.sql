-- What a thing of the audit was called then: "vps60021 (60021)" for a container,
-- or a task of it; an account for a user.  vm_id is kept when the row of the
-- container goes, so what was done to it is found together.
ALTER TABLE audit
    ADD COLUMN name VARCHAR(120) NOT NULL DEFAULT '' AFTER object,
    ADD COLUMN vm_id BIGINT UNSIGNED NULL AFTER name,
    ADD KEY vm_id (vm_id, id);

UPDATE audit a LEFT JOIN vm v
        ON v.id = CAST(SUBSTRING_INDEX(SUBSTRING(a.object, 4), ' ', 1)
                       AS UNSIGNED)
    SET a.vm_id = CAST(SUBSTRING_INDEX(SUBSTRING(a.object, 4), ' ', 1)
                       AS UNSIGNED),
        a.name = COALESCE(CONCAT(v.name, ' (', v.ctid, ')'), '')
    WHERE a.object REGEXP '^vm [0-9]+';

UPDATE audit a JOIN task t
        ON t.id = CAST(SUBSTRING(a.object, 6) AS UNSIGNED)
    LEFT JOIN vm v ON v.id = t.vm_id
    SET a.vm_id = t.vm_id,
        a.name = COALESCE(CONCAT(v.name, ' (', v.ctid, ')'), t.vm_name)
    WHERE a.object REGEXP '^task [0-9]+';

UPDATE audit a JOIN user u
        ON u.id = CAST(SUBSTRING(a.object, 6) AS UNSIGNED)
    SET a.name = u.account
    WHERE a.object REGEXP '^user [0-9]+$';
