-- import_tesis.sql: moves a database of the thesis (tables usuario,
-- usuarioTipo, SO, usuarioVM, plan) into this schema.  MariaDB only.
--
-- sql/import-tesis runs it: it hashes the passwords, tells the addresses and
-- prints the report.  By hand, in the panel's database:
--
--     SET @tesis = 'tesis', @node = 'local', @dry = FALSE;
--     SOURCE import_tesis.sql
--
-- Then nobody's password is known afterwards ('!'), because MariaDB has no
-- yescrypt.  All happens in one transaction, or with @dry nothing does.
--
-- import_map holds every row that was moved, as it was, but for the password,
-- and what it became; a row that stands there is not looked at again.
-- import_reject holds what was not moved (moved = 0: it is tried again by the
-- next run), and what was moved otherwise than it was (moved = 1).

SET NAMES utf8mb4;
SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,'
                       'NO_ENGINE_SUBSTITUTION',
            group_concat_max_len = 65536;

SET @tesis = COALESCE(@tesis, 'tesis'),
    @node  = COALESCE(@node, 'local'),
    @dry   = COALESCE(@dry, FALSE);


-- --- what it works with ---

-- From import-tesis: usuarioID and the hash of its password, or why it has
-- none; container numbers and addresses.
CREATE TEMPORARY TABLE IF NOT EXISTS import_secret (
    usuarioID     BIGINT NOT NULL PRIMARY KEY,
    hash          VARCHAR(255) CHARACTER SET ascii NULL,
    why           VARCHAR(200) NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TEMPORARY TABLE IF NOT EXISTS import_address (
    position      INT UNSIGNED NOT NULL PRIMARY KEY,
    ctid          BIGINT NOT NULL,
    address       VARCHAR(45) CHARACTER SET ascii NOT NULL,
    pool_id       INT UNSIGNED NULL,                 -- of the panel's own
    cidr          VARCHAR(49) CHARACTER SET ascii NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- (import-tesis puts its rows here)

-- The columns that are read.  width: of ours, for texts.
CREATE OR REPLACE TEMPORARY TABLE in_column (
    position      INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    tab           VARCHAR(16) NOT NULL,
    col           VARCHAR(16) NOT NULL,
    width         INT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

INSERT INTO in_column (tab, col, width) VALUES
    ('usuarioTipo', 'usuarioTipoID', NULL), ('usuarioTipo', 'desc', 64),
    ('plan', 'planID', NULL), ('plan', 'ram', NULL), ('plan', 'disco', NULL),
    ('SO', 'SOID', NULL), ('SO', 'desc', 64),
    ('usuario', 'usuarioID', NULL), ('usuario', 'nombre', 80),
    ('usuario', 'apellido', 80), ('usuario', 'email', 254),
    ('usuario', 'dni', 64), ('usuario', 'telefono', 32),
    ('usuario', 'direccion', 128), ('usuario', 'provincia', 64),
    ('usuario', 'usuarioTipoID', NULL),
    ('usuarioVM', 'usuarioVMID', NULL), ('usuarioVM', 'usuarioID', NULL),
    ('usuarioVM', 'VMID', NULL), ('usuarioVM', 'nameVM', 64),
    ('usuarioVM', 'soID', NULL), ('usuarioVM', 'planID', NULL);

-- The rows of the thesis.  known: moved by an earlier run; bad: is not moved;
-- target: what it became.
CREATE OR REPLACE TEMPORARY TABLE in_usuarioTipo (
    usuarioTipoID BIGINT NOT NULL PRIMARY KEY,
    `desc`        TEXT NULL,
    original      LONGTEXT NOT NULL,
    role          VARCHAR(8) NOT NULL DEFAULT 'customer',
    known         BOOLEAN NOT NULL DEFAULT FALSE,
    bad           BOOLEAN NOT NULL DEFAULT FALSE,
    target        BIGINT UNSIGNED NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE OR REPLACE TEMPORARY TABLE in_plan (
    planID        BIGINT NOT NULL PRIMARY KEY,
    ram           BIGINT NULL,
    disco         BIGINT NULL,
    original      LONGTEXT NOT NULL,
    known         BOOLEAN NOT NULL DEFAULT FALSE,
    bad           BOOLEAN NOT NULL DEFAULT FALSE,
    target        BIGINT UNSIGNED NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE OR REPLACE TEMPORARY TABLE in_SO (
    SOID          BIGINT NOT NULL PRIMARY KEY,
    `desc`        TEXT NULL,
    original      LONGTEXT NOT NULL,
    name          VARCHAR(64) NULL,
    known         BOOLEAN NOT NULL DEFAULT FALSE,
    bad           BOOLEAN NOT NULL DEFAULT FALSE,
    target        BIGINT UNSIGNED NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE OR REPLACE TEMPORARY TABLE in_usuario (
    usuarioID     BIGINT NOT NULL PRIMARY KEY,
    nombre        TEXT NULL,
    apellido      TEXT NULL,
    email         TEXT NULL,
    dni           TEXT NULL,
    telefono      TEXT NULL,
    direccion     TEXT NULL,
    provincia     TEXT NULL,
    usuarioTipoID BIGINT NULL,
    original      LONGTEXT NOT NULL,
    initial       TEXT NULL,
    surname       TEXT NULL,
    account       VARCHAR(32) CHARACTER SET ascii NULL,
    number        VARCHAR(20) CHARACTER SET ascii NULL,     -- its DNI
    mail          VARCHAR(254) CHARACTER SET ascii NOT NULL DEFAULT '',
    known         BOOLEAN NOT NULL DEFAULT FALSE,
    bad           BOOLEAN NOT NULL DEFAULT FALSE,
    target        BIGINT UNSIGNED NULL,
    KEY account (account),
    KEY number (number),
    KEY mail (mail)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE OR REPLACE TEMPORARY TABLE in_usuarioVM (
    usuarioVMID   BIGINT NOT NULL PRIMARY KEY,
    usuarioID     BIGINT NULL,
    VMID          BIGINT NULL,
    nameVM        TEXT NULL,
    soID          BIGINT NULL,
    planID        BIGINT NULL,
    original      LONGTEXT NOT NULL,
    hostname      TEXT NULL,
    user_id       BIGINT UNSIGNED NULL,
    plan_id       INT UNSIGNED NULL,
    template_id   INT UNSIGNED NULL,
    known         BOOLEAN NOT NULL DEFAULT FALSE,
    bad           BOOLEAN NOT NULL DEFAULT FALSE,
    target        BIGINT UNSIGNED NULL,
    KEY VMID (VMID)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE OR REPLACE TEMPORARY TABLE out_map (
    source        VARCHAR(16) CHARACTER SET ascii NOT NULL,
    source_key    BIGINT NOT NULL,
    target_id     BIGINT UNSIGNED NULL,
    original      LONGTEXT NOT NULL,
    known         BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (source, source_key)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE OR REPLACE TEMPORARY TABLE out_reject (
    id            INT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    source        VARCHAR(16) CHARACTER SET ascii NOT NULL,
    source_key    BIGINT NOT NULL,
    col           VARCHAR(16) NOT NULL,
    moved         BOOLEAN NOT NULL,
    reason        TEXT NOT NULL,
    original      LONGTEXT NOT NULL,
    KEY source (source, source_key)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;


DELIMITER //

-- --- may it begin? ---

BEGIN NOT ATOMIC
    DECLARE words VARCHAR(255);

    IF GET_LOCK(CONCAT('vzpanel.import.', DATABASE()), 60) IS NOT TRUE THEN
        SIGNAL SQLSTATE '45000'
            SET MESSAGE_TEXT = 'another import is running';
    END IF;

    SET @node_id = (SELECT id FROM node WHERE name = @node);

    IF @node_id IS NULL THEN
        SET words = CONCAT('table node has no "', @node, '"');
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = words;
    END IF;

    -- names of tables: a system without case may have written the dump

    SELECT CONCAT('`', @tesis, '` has no ',
               GROUP_CONCAT(DISTINCT CONCAT(c.tab,
                   IF(i.table_name IS NULL, '', CONCAT('.', c.col)))
                   ORDER BY c.position SEPARATOR ', '))
        INTO words
        FROM in_column c
        LEFT JOIN (SELECT DISTINCT table_name FROM information_schema.columns
                   WHERE table_schema = @tesis) i
            ON LOWER(i.table_name) = LOWER(c.tab)
        WHERE NOT EXISTS (SELECT 1 FROM information_schema.columns k
                          WHERE k.table_schema = @tesis
                          AND LOWER(k.table_name) = LOWER(c.tab)
                          AND k.column_name = c.col);

    IF words IS NOT NULL THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = words;
    END IF;

    IF NOT @dry THEN
        CREATE TABLE IF NOT EXISTS import_map (
            origin        VARCHAR(64) CHARACTER SET ascii NOT NULL,
            source        VARCHAR(16) CHARACTER SET ascii NOT NULL,
            source_key    BIGINT NOT NULL,
            target_id     BIGINT UNSIGNED NULL,
            original      LONGTEXT NOT NULL,
            at            DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
            PRIMARY KEY (origin, source, source_key),
            KEY target (source, target_id)
        ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

        CREATE TABLE IF NOT EXISTS import_reject (
            id            BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
            origin        VARCHAR(64) CHARACTER SET ascii NOT NULL,
            source        VARCHAR(16) CHARACTER SET ascii NOT NULL,
            source_key    BIGINT NOT NULL,
            col           VARCHAR(16) NOT NULL,
            moved         BOOLEAN NOT NULL,
            reason        TEXT NOT NULL,
            original      LONGTEXT NOT NULL,
            at            DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
            KEY source (origin, source, source_key)
        ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
    END IF;

    SET @again = EXISTS (SELECT 1 FROM information_schema.tables
                         WHERE table_schema = DATABASE()
                         AND table_name = 'import_map');
END //

START TRANSACTION WITH CONSISTENT SNAPSHOT //


-- --- reading ---

BEGIN NOT ATOMIC
    DECLARE found VARCHAR(64);
    DECLARE json LONGTEXT;

    IF @again THEN
        INSERT INTO out_map (source, source_key, target_id, original, known)
            SELECT source, source_key, target_id, original, TRUE
            FROM import_map WHERE origin = @tesis;
    END IF;

    FOR t IN (SELECT tab,
                  GROUP_CONCAT('`', col, '`' ORDER BY position) AS cols,
                  SUBSTRING_INDEX(GROUP_CONCAT(col ORDER BY position), ',', 1)
                      AS id
              FROM in_column GROUP BY tab)
    DO
        -- all its columns, those that are not read with them

        SELECT table_name,
               GROUP_CONCAT(QUOTE(column_name), ', ',
                   CASE WHEN column_name REGEXP 'pass|clave|contras'
                            THEN 'NULL'
                        WHEN character_set_name IS NOT NULL
                            THEN CONCAT('CONVERT(`', column_name,
                                        '` USING utf8mb4)')
                        ELSE CONCAT('`', column_name, '`') END
                   ORDER BY ordinal_position)
            INTO found, json
            FROM information_schema.columns
            WHERE table_schema = @tesis AND LOWER(table_name) = LOWER(t.tab)
            GROUP BY table_name
            ORDER BY BINARY table_name = t.tab DESC LIMIT 1;

        EXECUTE IMMEDIATE CONCAT(
            'INSERT INTO in_', t.tab, ' (', t.cols, ', original) SELECT ',
            t.cols, ', JSON_OBJECT(', json, ') FROM `',
            REPLACE(@tesis, '`', '``'), '`.`', found, '`');

        EXECUTE IMMEDIATE CONCAT(
            'UPDATE in_', t.tab, ' i JOIN out_map m ON m.source = ''', t.tab,
            ''' AND m.source_key = i.', t.id,
            ' SET i.known = TRUE, i.target = m.target_id');
    END FOR;

    SET @mail_width = (SELECT character_maximum_length
                       FROM information_schema.columns
                       WHERE table_schema = @tesis
                       AND LOWER(table_name) = 'usuario'
                       AND column_name = 'email' LIMIT 1);
END //


-- --- cleaning of texts ---

BEGIN NOT ATOMIC
    DECLARE id, twice, told VARCHAR(255);
    DECLARE mode VARCHAR(255) DEFAULT @@SESSION.sql_mode;

    SET @foreign_letter = '[^\\x01-\\x7f]',
        @control = '[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]',
        @blank = '[\\p{Cc}\\p{Cf}\\p{Z}]+';

    FOR c IN (SELECT tab, col, width FROM in_column WHERE width IS NOT NULL)
    DO
        SET id = (SELECT col FROM in_column WHERE tab = c.tab
                  ORDER BY position LIMIT 1);
        SET told = CONCAT(
            'INSERT INTO out_reject (source, source_key, col, moved, reason,',
            ' original) SELECT ''', c.tab, ''', ', id, ', ''', c.col,
            ''', TRUE, ');

        -- UTF-8 that a client without SET NAMES has put into latin1

        SET twice = CONCAT('CONVERT(CAST(CONVERT(`', c.col, '` USING latin1)',
                           ' AS BINARY) USING utf8mb4)');
        SET @where = CONCAT(
            ' FROM in_', c.tab, ' WHERE NOT known',
            ' AND `', c.col, '` REGEXP @foreign_letter',
            ' AND HEX(CONVERT(CONVERT(`', c.col,
            '` USING latin1) USING utf8mb4)) = HEX(`', c.col, '`)',
            ' AND HEX(', twice, ') = HEX(CONVERT(`', c.col,
            '` USING latin1))');

        SET SESSION sql_mode = '';       -- what is no UTF-8 gives '?'

        EXECUTE IMMEDIATE CONCAT(told,
            '''was UTF-8 in a column of latin1: read as such'', original',
            @where);
        EXECUTE IMMEDIATE CONCAT(
            'UPDATE in_', c.tab, ' SET `', c.col, '` = ', twice,
            SUBSTRING(@where, LOCATE(' WHERE', @where)));

        SET SESSION sql_mode = mode;

        -- one line, without what can't be seen

        EXECUTE IMMEDIATE CONCAT(told,
            '''control characters became spaces'', original FROM in_', c.tab,
            ' WHERE NOT known',
            ' AND `', c.col, '` REGEXP @control');
        EXECUTE IMMEDIATE CONCAT(
            'UPDATE in_', c.tab, ' SET `', c.col, '` = TRIM(REGEXP_REPLACE(`',
            c.col, '`, @blank, '' ''))',
            ' WHERE NOT known AND `', c.col, '` IS NOT NULL');

        EXECUTE IMMEDIATE CONCAT(told,
            'CONCAT(''cut to ', c.width, ' characters of '', CHAR_LENGTH(`',
            c.col, '`)), original FROM in_', c.tab,
            ' WHERE NOT known AND CHAR_LENGTH(`', c.col, '`) > ', c.width);
        EXECUTE IMMEDIATE CONCAT(
            'UPDATE in_', c.tab, ' SET `', c.col, '` = TRIM(LEFT(`', c.col,
            '`, ', c.width, ')) WHERE NOT known');
    END FOR;
END //


-- --- names without marks, for accounts, templates and host names ---

BEGIN NOT ATOMIC
    UPDATE in_SO SET name = LEFT(LOWER(`desc`), 64) WHERE NOT known;
    UPDATE in_usuario SET initial = LOWER(nombre),
                          surname = LOWER(apellido),
                          provincia = NULLIF(provincia, ''),
                          direccion = NULLIF(direccion, ''),
                          telefono = NULLIF(telefono, '')
        WHERE NOT known;
    UPDATE in_usuarioVM SET hostname = nameVM WHERE NOT known;

    FOR f IN (SELECT '[àáâãäåª]' AS marked, 'a' AS bare
              UNION ALL SELECT '[èéêë]', 'e' UNION ALL SELECT '[ìíîï]', 'i'
              UNION ALL SELECT '[òóôõöøº]', 'o' UNION ALL SELECT '[ùúûü]', 'u'
              UNION ALL SELECT '[ñ]', 'n' UNION ALL SELECT '[ç]', 'c'
              UNION ALL SELECT '[ýÿ]', 'y' UNION ALL SELECT '[š]', 's'
              UNION ALL SELECT '[ž]', 'z' UNION ALL SELECT '[ß]', 'ss'
              UNION ALL SELECT '[æ]', 'ae' UNION ALL SELECT '[œ]', 'oe'
              UNION ALL SELECT '[ð]', 'd' UNION ALL SELECT '[þ]', 't')
    DO
        UPDATE in_SO SET name = REGEXP_REPLACE(name, f.marked, f.bare)
            WHERE name REGEXP f.marked;
        UPDATE in_usuario
            SET initial = REGEXP_REPLACE(initial, f.marked, f.bare),
                surname = REGEXP_REPLACE(surname, f.marked, f.bare)
            WHERE initial REGEXP f.marked OR surname REGEXP f.marked;
        UPDATE in_usuarioVM
            SET hostname = REGEXP_REPLACE(hostname, f.marked, f.bare)
            WHERE hostname REGEXP f.marked;
    END FOR;
END //


-- --- kinds of user ---

BEGIN NOT ATOMIC
    UPDATE in_usuarioTipo SET role = 'admin' WHERE `desc` LIKE 'admin%';

    INSERT INTO out_reject (source, source_key, col, moved, reason, original)
        SELECT 'usuarioTipo', usuarioTipoID, 'desc', TRUE,
               CONCAT('"', COALESCE(`desc`, ''), '" is no kind of user here: ',
                      'they become customers'),
               original
        FROM in_usuarioTipo
        WHERE NOT known AND COALESCE(`desc`, '') NOT LIKE 'admin%'
        AND COALESCE(`desc`, '') NOT REGEXP '^(com[uú]n|cliente)';

    INSERT INTO out_map (source, source_key, target_id, original)
        SELECT 'usuarioTipo', usuarioTipoID, NULL, original
        FROM in_usuarioTipo WHERE NOT known;
END //


-- --- plans: megabytes of memory, gigabytes of disk ---

BEGIN NOT ATOMIC
    DECLARE called VARCHAR(40) CHARACTER SET ascii;
    DECLARE same BIGINT;
    DECLARE n INT;

    INSERT INTO out_reject (source, source_key, col, moved, reason, original)
        SELECT 'plan', planID, IF(ram BETWEEN 1 AND 4194303, 'disco', 'ram'),
               FALSE, CONCAT('a plan of ', COALESCE(ram, 'NULL'), ' MB and ',
                             COALESCE(disco, 'NULL'), ' GB is none'),
               original
        FROM in_plan
        WHERE NOT known AND (ram BETWEEN 1 AND 4194303
                             AND disco BETWEEN 1 AND 4194303) IS NOT TRUE;

    UPDATE in_plan i JOIN out_reject r ON r.source = 'plan'
        AND r.source_key = i.planID AND NOT r.moved SET i.bad = TRUE;

    FOR p IN (SELECT * FROM in_plan WHERE NOT known AND NOT bad
              ORDER BY planID)
    DO
        SET @id = (SELECT MIN(id) FROM plan WHERE memory_mib = p.ram
                   AND disk_mib = p.disco * 1024);
        SET same = (SELECT MIN(planID) FROM in_plan WHERE target = @id);

        IF same IS NOT NULL THEN
            INSERT INTO out_reject (source, source_key, col, moved, reason,
                                    original)
                VALUES ('plan', p.planID, 'ram', TRUE,
                        CONCAT('the same as plan ', same, ': both are plan ',
                               @id, ' here'), p.original);
        END IF;

        IF @id IS NULL THEN
            SET n = 1, called = CONCAT('Tesis ', p.planID);

            WHILE EXISTS (SELECT 1 FROM plan WHERE name = called) DO
                SET n = n + 1,
                    called = CONCAT('Tesis ', p.planID, ' (', n, ')');
            END WHILE;

            SET @keep = IF(p.planID BETWEEN 1 AND 1000000
                           AND NOT EXISTS (SELECT 1 FROM plan
                                           WHERE id = p.planID),
                           p.planID, NULL);

            INSERT INTO plan (id, name, memory_mib, disk_mib, visible, position)
                VALUES (@keep, called, p.ram, p.disco * 1024, FALSE, 100);

            SET @id = (SELECT id FROM plan WHERE name = called);
        END IF;

        UPDATE in_plan SET target = @id WHERE planID = p.planID;
    END FOR;

    INSERT INTO out_map (source, source_key, target_id, original)
        SELECT 'plan', planID, target, original FROM in_plan
        WHERE NOT known AND NOT bad;
END //


-- --- systems; new ones are off until they are installed on the node ---

BEGIN NOT ATOMIC
    DECLARE same BIGINT;

    UPDATE in_SO
        SET name = REGEXP_REPLACE(REGEXP_REPLACE(COALESCE(name, ''),
                       '[^a-z0-9._+-]+', '-'), '\\.{2,}', '.')
        WHERE NOT known;
    UPDATE in_SO SET name = REGEXP_REPLACE(name, '^[^a-z0-9]+|-+$', '')
        WHERE NOT known;
    UPDATE in_SO SET name = CONCAT('so-', REPLACE(SOID, '-', 'n'))
        WHERE NOT known AND name = '';

    -- a system that only containers know of

    INSERT INTO in_SO (SOID, `desc`, original, name, bad)
        SELECT DISTINCT v.soID, CONCAT('SO ', v.soID), '{}',
               CONCAT('so-', REPLACE(v.soID, '-', 'n')), TRUE
        FROM in_usuarioVM v LEFT JOIN in_SO s ON s.SOID = v.soID
        WHERE s.SOID IS NULL AND NOT v.known AND v.soID IS NOT NULL;

    FOR s IN (SELECT * FROM in_SO WHERE NOT known ORDER BY bad, SOID) DO
        SET @id = (SELECT id FROM template WHERE name = s.name);
        SET same = (SELECT MIN(SOID) FROM in_SO WHERE target = @id);

        IF same IS NOT NULL AND NOT s.bad THEN
            INSERT INTO out_reject (source, source_key, col, moved, reason,
                                    original)
                VALUES ('SO', s.SOID, 'desc', TRUE,
                        CONCAT('"', s.`desc`, '" is also SO ', same,
                               ': both are template ', s.name), s.original);
        END IF;

        IF @id IS NULL THEN
            INSERT INTO template (name, label, enabled, position)
                VALUES (s.name, COALESCE(NULLIF(s.`desc`, ''), s.name), FALSE,
                        100);
            SET @id = LAST_INSERT_ID();
        END IF;

        UPDATE in_SO SET target = @id WHERE SOID = s.SOID;
    END FOR;

    INSERT INTO out_map (source, source_key, target_id, original)
        SELECT 'SO', SOID, target, original FROM in_SO
        WHERE NOT known AND NOT bad;
END //


-- --- users: none is left out ---

BEGIN NOT ATOMIC
    DECLARE called VARCHAR(40) CHARACTER SET ascii;
    DECLARE n INT;

    -- the account, as the panel makes one of a name

    UPDATE in_usuario
        SET initial = REGEXP_REPLACE(COALESCE(initial, ''), '[^a-z0-9]', ''),
            surname = REGEXP_REPLACE(COALESCE(surname, ''), '[^a-z0-9]', '')
        WHERE NOT known;
    UPDATE in_usuario
        SET surname = REGEXP_REPLACE(LEFT(CONCAT(LEFT(initial, 1), surname),
                                          24), '^[0-9]+', '')
        WHERE NOT known;
    UPDATE in_usuario SET surname = CONCAT(surname, 'user')
        WHERE NOT known AND CHAR_LENGTH(surname) < 3;

    FOR u IN (SELECT usuarioID, surname FROM in_usuario WHERE NOT known
              ORDER BY usuarioID)
    DO
        SET n = 1, called = u.surname;

        WHILE EXISTS (SELECT 1 FROM user WHERE account = called)
            OR EXISTS (SELECT 1 FROM in_usuario WHERE account = called)
        DO
            SET n = n + 1, called = CONCAT(u.surname, n);
        END WHILE;

        UPDATE in_usuario SET account = called WHERE usuarioID = u.usuarioID;
    END FOR;

    -- the DNI, without points and hyphens, once

    UPDATE in_usuario
        SET number = TRIM(LEADING '0'
                FROM UPPER(REGEXP_REPLACE(dni, '[ .-]', '')))
        WHERE NOT known AND dni <> '2147483647'
        AND REGEXP_REPLACE(dni, '[ .-]', '')
            REGEXP '^(?=[A-Za-z]*[0-9])(?!0*$)[A-Za-z0-9]{5,20}$';

    INSERT INTO out_reject (source, source_key, col, moved, reason, original)
        SELECT 'usuario', usuarioID, 'dni', TRUE,
               CASE WHEN COALESCE(dni, '') IN ('', '0')
                        THEN 'is empty'
                    WHEN dni = '2147483647'
                        THEN 'is what an INT makes of a larger number: left out'
                    ELSE CONCAT('"', dni, '" is none: left out') END,
               original
        FROM in_usuario WHERE NOT known AND number IS NULL;

    INSERT INTO out_reject (source, source_key, col, moved, reason, original)
        SELECT 'usuario', u.usuarioID, 'dni', TRUE,
               CONCAT(u.number, ' is already that of ',
                      IF(o.id IS NULL,
                         CONCAT('usuario ', u.first),
                         CONCAT('account ', o.account)), ': left out'),
               u.original
        FROM (SELECT usuarioID, number, original,
                     MIN(usuarioID) OVER (PARTITION BY number) AS first
              FROM in_usuario WHERE NOT known AND number IS NOT NULL) u
        LEFT JOIN user o ON o.dni = u.number
        WHERE o.id IS NOT NULL OR u.usuarioID <> u.first;

    UPDATE in_usuario u JOIN out_reject r
        ON r.source = 'usuario' AND r.source_key = u.usuarioID
        AND r.col = 'dni' AND r.reason LIKE '% is already that of %'
        SET u.number = NULL;

    -- the address of mail, which the thesis cuts at 20 characters

    UPDATE in_usuario SET mail = email
        WHERE NOT known AND email REGEXP CONCAT(
            '^(?!-)(?=[^@]{1,64}@[^@]{1,253}$)',
            '[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+',
            '(?:\\.[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+)*',
            '@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\\.)*',
            '[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$');

    INSERT INTO out_reject (source, source_key, col, moved, reason, original)
        SELECT 'usuario', usuarioID, 'email', TRUE,
               IF(COALESCE(email, '') = '',
                  'is empty: nothing can be sent to this user',
                  CONCAT('"', email, '" is no address: left out')), original
        FROM in_usuario WHERE NOT known AND mail = ''
        UNION ALL
        SELECT 'usuario', usuarioID, 'email', TRUE,
               CONCAT(mail, ' fills its column: its end may be missing'),
               original
        FROM in_usuario
        WHERE NOT known AND mail <> '' AND CHAR_LENGTH(mail) = @mail_width
        AND @mail_width < 254
        UNION ALL
        SELECT 'usuario', u.usuarioID, 'email', TRUE,
               CONCAT(u.mail, ' is not of this user alone: signs in as ',
                      u.account, ' only'), u.original
        FROM in_usuario u
        WHERE NOT u.known AND u.mail <> ''
        AND (EXISTS (SELECT 1 FROM user o WHERE o.email = u.mail)
             OR EXISTS (SELECT 1 FROM in_usuario o WHERE o.mail = u.mail
                        AND o.usuarioID <> u.usuarioID));

    INSERT INTO out_reject (source, source_key, col, moved, reason, original)
        SELECT 'usuario', u.usuarioID, 'usuarioTipoID', TRUE,
               CONCAT('there is no usuarioTipo ',
                      COALESCE(u.usuarioTipoID, 'NULL'),
                      ': becomes a customer'), u.original
        FROM in_usuario u
        LEFT JOIN in_usuarioTipo t ON t.usuarioTipoID = u.usuarioTipoID
        WHERE NOT u.known AND t.usuarioTipoID IS NULL;

    INSERT INTO out_reject (source, source_key, col, moved, reason, original)
        SELECT 'usuario', u.usuarioID, 'pass', TRUE,
               COALESCE(s.why, 'was not hashed: a new one has to be set'),
               u.original
        FROM in_usuario u
        LEFT JOIN import_secret s ON s.usuarioID = u.usuarioID
        WHERE NOT u.known AND s.hash IS NULL;

    -- First those who keep their number: others could be given it.  What was
    -- an administrator's password lay there in clear text: it opens nothing
    -- until an administrator of the panel unlocks the account.

    FOR pass IN (SELECT 1 AS keeps UNION ALL SELECT 0) DO
        INSERT INTO user (id, account, role, first_name, last_name, dni,
                          email, phone, address, province, password,
                          must_change, locked, email_state)
            SELECT IF(pass.keeps, u.usuarioID, NULL), u.account,
                   COALESCE(t.role, 'customer'), COALESCE(u.nombre, ''),
                   COALESCE(u.apellido, ''), u.number, u.mail, u.telefono,
                   u.direccion, u.provincia, COALESCE(s.hash, '!'), TRUE,
                   COALESCE(t.role, '') = 'admin',
                   IF(EXISTS (SELECT 1 FROM user o WHERE o.email = u.mail)
                      OR EXISTS (SELECT 1 FROM in_usuario o
                                 WHERE o.mail = u.mail
                                 AND o.usuarioID <> u.usuarioID),
                      'unproven', 'proven')
            FROM in_usuario u
            LEFT JOIN in_usuarioTipo t ON t.usuarioTipoID = u.usuarioTipoID
            LEFT JOIN import_secret s ON s.usuarioID = u.usuarioID
            WHERE NOT u.known AND u.target IS NULL
            AND (NOT pass.keeps
                 OR (u.usuarioID BETWEEN 1 AND 1000000000
                     AND NOT EXISTS (SELECT 1 FROM user o
                                     WHERE o.id = u.usuarioID)))
            ORDER BY u.usuarioID;

        UPDATE in_usuario u JOIN user o ON o.account = u.account
            SET u.target = o.id WHERE NOT u.known;
    END FOR;

    INSERT INTO out_map (source, source_key, target_id, original)
        SELECT 'usuario', usuarioID, target, original FROM in_usuario
        WHERE NOT known;
END //


-- --- containers ---

BEGIN NOT ATOMIC
    UPDATE in_usuarioVM v
        LEFT JOIN in_usuario u ON u.usuarioID = v.usuarioID
        LEFT JOIN in_plan p ON p.planID = v.planID AND NOT p.bad
        LEFT JOIN in_SO s ON s.SOID = v.soID
        SET v.user_id = u.target, v.plan_id = p.target,
            v.template_id = s.target
        WHERE NOT v.known;

    -- what was deleted in the panel since counts as missing

    UPDATE in_usuarioVM v SET
        v.user_id = (SELECT id FROM user WHERE id = v.user_id),
        v.plan_id = (SELECT id FROM plan WHERE id = v.plan_id),
        v.template_id = (SELECT id FROM template WHERE id = v.template_id)
        WHERE NOT v.known;

    INSERT INTO out_reject (source, source_key, col, moved, reason, original)
        SELECT 'usuarioVM', usuarioVMID, 'usuarioID', FALSE,
               CONCAT('there is no usuario ', COALESCE(usuarioID, 'NULL')),
               original
        FROM in_usuarioVM WHERE NOT known AND user_id IS NULL
        UNION ALL
        SELECT 'usuarioVM', usuarioVMID, 'planID', FALSE,
               CONCAT('there is no plan ', COALESCE(planID, 'NULL'),
                      ': its memory and disk are not known'), original
        FROM in_usuarioVM WHERE NOT known AND plan_id IS NULL
        UNION ALL
        SELECT 'usuarioVM', usuarioVMID, 'soID', FALSE,
               CONCAT('there is no SO ', COALESCE(soID, 'NULL')), original
        FROM in_usuarioVM WHERE NOT known AND template_id IS NULL
        UNION ALL
        SELECT 'usuarioVM', usuarioVMID, 'VMID', FALSE,
               CONCAT(COALESCE(VMID, 'NULL'), ' is no container''s number: ',
                      'they go from 101 to 2147483644'), original
        FROM in_usuarioVM
        WHERE NOT known AND (VMID BETWEEN 101 AND 2147483644) IS NOT TRUE
        UNION ALL
        SELECT 'usuarioVM', v.usuarioVMID, 'VMID', FALSE,
               IF(k.usuarioVMID IS NULL,
                  CONCAT(v.VMID, ' is container ', o.id, ' of ', u.account,
                         ' on node ', @node, ' already'),
                  CONCAT(v.VMID, ' is also that of usuarioVM ',
                         k.usuarioVMID)), v.original
        FROM in_usuarioVM v
        JOIN vm o ON o.node_id = @node_id AND o.ctid = v.VMID
        JOIN user u ON u.id = o.user_id
        LEFT JOIN in_usuarioVM k ON k.known AND k.target = o.id
            AND k.usuarioID = v.usuarioID
        WHERE NOT v.known;

    UPDATE in_usuarioVM i JOIN out_reject r ON r.source = 'usuarioVM'
        AND r.source_key = i.usuarioVMID AND NOT r.moved SET i.bad = TRUE;

    -- One number twice: of one owner the first is taken; of several none is,
    -- since a wrong guess would give somebody another's container.

    INSERT INTO out_reject (source, source_key, col, moved, reason, original)
        SELECT 'usuarioVM', v.usuarioVMID, 'VMID', FALSE,
               IF(d.owners > 1,
                  CONCAT(v.VMID, ' is claimed by usuario ', d.who,
                         ': whose it is has to be said'),
                  CONCAT(v.VMID, ' is also that of usuarioVM ', d.first)),
               v.original
        FROM in_usuarioVM v
        JOIN (SELECT VMID, COUNT(DISTINCT usuarioID) AS owners,
                     MIN(IF(bad, NULL, usuarioVMID)) AS first,
                     GROUP_CONCAT(DISTINCT usuarioID ORDER BY usuarioID
                                  SEPARATOR ' and usuario ') AS who
              FROM in_usuarioVM
              WHERE NOT known AND user_id IS NOT NULL
              GROUP BY VMID HAVING COUNT(*) > 1) d ON d.VMID = v.VMID
        WHERE NOT v.known AND NOT v.bad
        AND (d.owners > 1 OR v.usuarioVMID <> d.first);

    UPDATE in_usuarioVM i JOIN out_reject r ON r.source = 'usuarioVM'
        AND r.source_key = i.usuarioVMID AND NOT r.moved SET i.bad = TRUE;

    -- notes on what is not moved would only repeat it

    DELETE r FROM out_reject r JOIN in_usuarioVM v
        ON r.source = 'usuarioVM' AND r.source_key = v.usuarioVMID
        WHERE v.bad AND r.moved;

    UPDATE in_usuarioVM
        SET hostname = REGEXP_REPLACE(LEFT(REGEXP_REPLACE(REGEXP_REPLACE(
                COALESCE(hostname, ''), '[^A-Za-z0-9.-]+', '-'),
                '-*\\.[.-]*', '.'), 60), '^[.-]+|[.-]+$', '')
        WHERE NOT known AND NOT bad;
    UPDATE in_usuarioVM SET hostname = CONCAT('vps', VMID)
        WHERE NOT known AND NOT bad
        AND (hostname = '' OR hostname REGEXP CONCAT('^[0-9.]+$|^(localhost[46]?',
            '|ip6-(localhost|loopback|localnet|mcastprefix|all[a-z]+))([.]|$)',
            '|[.]localhost$'));

    INSERT INTO out_reject (source, source_key, col, moved, reason, original)
        SELECT 'usuarioVM', usuarioVMID, 'nameVM', TRUE,
               CONCAT('"', COALESCE(nameVM, ''), '" can''t be a host name: ',
                      'that is ', hostname), original
        FROM in_usuarioVM
        WHERE NOT known AND NOT bad
        AND BINARY hostname <> BINARY COALESCE(nameVM, '')
        UNION ALL
        SELECT 'usuarioVM', v.usuarioVMID, 'soID', TRUE,
               CONCAT('there is no SO ', v.soID, ': is ', s.name, ' here'),
               v.original
        FROM in_usuarioVM v JOIN in_SO s ON s.SOID = v.soID
        WHERE NOT v.known AND NOT v.bad AND s.bad;

    FOR pass IN (SELECT 1 AS keeps UNION ALL SELECT 0) DO
        INSERT INTO vm (id, node_id, ctid, user_id, plan_id, template_id,
                        name, hostname, vmguar_barrier_mib, vmguar_limit_mib,
                        oomguar_barrier_mib, oomguar_limit_mib,
                        privvm_barrier_mib, privvm_limit_mib, disk_soft_mib,
                        disk_hard_mib, cpu_units, cpu_percent, lifecycle)
            SELECT IF(pass.keeps, v.usuarioVMID, NULL), @node_id, v.VMID,
                   v.user_id, v.plan_id, v.template_id,
                   COALESCE(NULLIF(v.nameVM, ''), v.hostname), v.hostname,
                   p.memory_mib, p.memory_mib, p.memory_mib, p.memory_mib,
                   p.memory_mib, p.memory_mib, p.disk_mib, p.disk_mib,
                   p.cpu_units, p.cpu_percent, 'ready'
            FROM in_usuarioVM v JOIN plan p ON p.id = v.plan_id
            WHERE NOT v.known AND NOT v.bad AND v.target IS NULL
            AND (NOT pass.keeps
                 OR (v.usuarioVMID BETWEEN 1 AND 1000000000
                     AND NOT EXISTS (SELECT 1 FROM vm o
                                     WHERE o.id = v.usuarioVMID)))
            ORDER BY v.usuarioVMID;

        UPDATE in_usuarioVM v JOIN vm o
            ON o.node_id = @node_id AND o.ctid = v.VMID
            SET v.target = o.id WHERE NOT v.known AND NOT v.bad;
    END FOR;

    INSERT INTO out_map (source, source_key, target_id, original)
        SELECT 'usuarioVM', usuarioVMID, target, original FROM in_usuarioVM
        WHERE NOT known AND NOT bad;

    -- of the systems that only containers know of, those that were needed

    DELETE t FROM template t JOIN in_SO s ON s.target = t.id
        WHERE s.bad AND t.position = 100 AND NOT t.enabled
        AND NOT EXISTS (SELECT 1 FROM vm WHERE vm.template_id = t.id)
        AND NOT EXISTS (SELECT 1 FROM out_map m WHERE m.source = 'SO'
                        AND m.target_id = t.id);
END //


-- --- addresses ---

SET @addresses = 0 //

BEGIN NOT ATOMIC
    DECLARE words VARCHAR(255);

    FOR a IN (SELECT i.*, v.id AS vm_id,
                     EXISTS (SELECT 1 FROM in_usuarioVM k
                             WHERE k.VMID = i.ctid AND k.target = v.id) AS ours
              FROM import_address i
              LEFT JOIN vm v ON v.node_id = @node_id AND v.ctid = i.ctid
              ORDER BY i.position)
    DO
        SET words = NULL, @pool = a.pool_id,
            @there = (SELECT id FROM address WHERE address = a.address),
            @holder = (SELECT vm_id FROM address WHERE address = a.address),
            @next = (SELECT COALESCE(MAX(position) + 1, 0) FROM address
                     WHERE vm_id = a.vm_id);

        IF NOT a.ours THEN
            SET words = CONCAT('container ', a.ctid, ' was not imported');

        ELSEIF @holder <> a.vm_id THEN
            SET words = CONCAT('is of container ',
                               (SELECT ctid FROM vm WHERE id = @holder),
                               ' already');

        ELSEIF @holder IS NOT NULL THEN
            SET @pool = NULL;

        ELSEIF @there IS NOT NULL THEN
            UPDATE address SET vm_id = a.vm_id, position = @next
                WHERE id = @there AND vm_id IS NULL;
            SET @addresses = @addresses + 1;

        ELSE
            -- a pool of their own gives nothing out until it is enabled

            INSERT IGNORE INTO address_pool (name, node_id, cidr, enabled)
                SELECT 'tesis', @node_id, a.cidr, FALSE
                WHERE a.pool_id IS NULL;
            INSERT INTO address (pool_id, address, vm_id, position)
                SELECT COALESCE(a.pool_id, id), a.address, a.vm_id, @next
                FROM address_pool
                WHERE IF(a.pool_id IS NULL, cidr = a.cidr, id = a.pool_id);
            SET @addresses = @addresses + 1;
        END IF;

        IF words IS NOT NULL THEN
            INSERT INTO out_reject (source, source_key, col, moved, reason,
                                    original)
                VALUES ('address', a.ctid, 'address', FALSE,
                        CONCAT(a.address, ': ', words),
                        JSON_OBJECT('ctid', a.ctid, 'address',
                                    CONVERT(a.address USING utf8mb4)));
        END IF;
    END FOR;
END //


-- --- what was done ---

SET @moved = (SELECT COUNT(*) FROM out_map WHERE NOT known) //

BEGIN NOT ATOMIC
    IF NOT @dry THEN
        INSERT INTO import_map (origin, source, source_key, target_id,
                                original)
            SELECT @tesis, source, source_key, target_id, original
            FROM out_map WHERE NOT known;

        -- what was tried again and is moved now, or fails for other reasons

        DELETE r FROM import_reject r
            WHERE r.origin = @tesis AND NOT r.moved
            AND NOT EXISTS (SELECT 1 FROM out_reject o
                            WHERE o.source = r.source
                            AND o.source_key = r.source_key
                            AND o.col = r.col AND NOT o.moved
                            AND BINARY o.reason = BINARY r.reason
                            AND BINARY o.original = BINARY r.original)
            AND (EXISTS (SELECT 1 FROM in_usuarioVM v
                         WHERE r.source = 'usuarioVM'
                         AND v.usuarioVMID = r.source_key)
                 OR EXISTS (SELECT 1 FROM in_plan p
                            WHERE r.source = 'plan'
                            AND p.planID = r.source_key)
                 OR EXISTS (SELECT 1 FROM import_address a
                            WHERE r.source = 'address'
                            AND a.ctid = r.source_key));

        INSERT INTO import_reject (origin, source, source_key, col, moved,
                                   reason, original)
            SELECT @tesis, source, source_key, col, moved, reason, original
            FROM out_reject o
            WHERE NOT EXISTS (SELECT 1 FROM import_reject r
                              WHERE r.origin = @tesis AND r.source = o.source
                              AND r.source_key = o.source_key
                              AND r.col = o.col AND r.moved = o.moved
                              AND BINARY r.reason = BINARY o.reason)
            ORDER BY id;

        IF @moved + @addresses > 0 THEN
            INSERT INTO audit (account, action, object, result, detail)
                VALUES ('import-tesis', 'import', @tesis, 'ok',
                        CONCAT(@moved, ' rows, ', @addresses, ' addresses, ',
                               (SELECT COUNT(DISTINCT source, source_key)
                                FROM out_reject WHERE NOT moved),
                               ' not moved'));
        END IF;
    END IF;
END //

-- each table: rows it has, moved now, moved before, not moved
SELECT 'table' AS what, t.tab, t.rows, t.rows - t.known - t.bad AS moved,
       t.known, t.bad
FROM (SELECT 'usuarioTipo' AS tab, COUNT(*) AS `rows`,
             COALESCE(SUM(known), 0) AS known, 0 AS bad FROM in_usuarioTipo
      UNION ALL SELECT 'usuario', COUNT(*), COALESCE(SUM(known), 0), 0
             FROM in_usuario
      UNION ALL SELECT 'plan', COUNT(*), COALESCE(SUM(known), 0),
             COALESCE(SUM(bad), 0) FROM in_plan
      UNION ALL SELECT 'SO', COUNT(*), COALESCE(SUM(known), 0), 0
             FROM in_SO WHERE NOT bad
      UNION ALL SELECT 'usuarioVM', COUNT(*), COALESCE(SUM(known), 0),
             COALESCE(SUM(bad), 0) FROM in_usuarioVM) t //

SELECT 'address' AS what, @addresses AS moved //

SELECT 'admin' AS what, u.usuarioID, u.account
FROM in_usuario u
JOIN in_usuarioTipo t ON t.usuarioTipoID = u.usuarioTipoID
WHERE NOT u.known AND t.role = 'admin' ORDER BY u.usuarioID //

SELECT 'note' AS what, moved, source, source_key, col, reason
FROM out_reject
ORDER BY moved DESC, FIELD(source, 'usuarioTipo', 'usuario', 'plan', 'SO',
                           'usuarioVM', 'address'), source_key, id //

DELIMITER ;

EXECUTE IMMEDIATE IF(@dry, 'ROLLBACK', 'COMMIT');

DO RELEASE_LOCK(CONCAT('vzpanel.import.', DATABASE()));
