-- views_tesis.sql: views under the thesis's names, for reports that know no
-- other: usuario, usuarioTipo, SO, usuarioVM, and plan_tesis, because plan is
-- a table of ours.  Applied by hand, in the panel's database,
--
--     mariadb vzpanel < views_tesis.sql
--
-- or by import-tesis --views; sql/migrate leaves them alone.  May be run again.
-- They show all that the panel has, imported or not, under the panel's own
-- numbers, and no password.  Give the reports a user who may SELECT from them
-- and nothing else: the tables behind them stay closed to him.  A user with
-- more rights could write through them.
--
-- Names are longer than the thesis's columns and are not cut.  A DNI that is
-- no number is NULL; what has no plan has planID 0.  kernelVersion is what was
-- imported: that of a container is its node's.

SET NAMES utf8mb4;

CREATE OR REPLACE SQL SECURITY DEFINER VIEW usuario AS
    SELECT id AS usuarioID,
           first_name AS nombre,
           last_name AS apellido,
           email,
           CASE WHEN dni REGEXP '^[0-9]{1,18}$'
                THEN CAST(dni AS SIGNED) END AS dni,
           CAST(NULL AS CHAR(20)) AS pass,
           phone AS telefono,
           address AS direccion,
           province AS provincia,
           CAST(IF(role = 'admin', 1, 2) AS SIGNED) AS usuarioTipoID
    FROM user;

CREATE OR REPLACE SQL SECURITY DEFINER VIEW usuarioTipo AS
    SELECT CAST(1 AS SIGNED) AS usuarioTipoID,
           CAST('Administrador' AS CHAR(20)) AS `desc`
    UNION ALL SELECT 2, 'Comun';

CREATE OR REPLACE SQL SECURITY DEFINER VIEW SO AS
    SELECT id AS SOID, label AS `desc` FROM template;

CREATE OR REPLACE SQL SECURITY DEFINER VIEW plan_tesis AS
    SELECT id AS planID,
           memory_mib AS ram,
           CAST(CEIL(disk_mib / 1024) AS SIGNED) AS disco
    FROM plan;

-- import_map is there once something was imported

SET @kernel = IF(EXISTS (SELECT 1 FROM information_schema.tables
                         WHERE table_schema = DATABASE()
                         AND table_name = 'import_map'),
    'COALESCE((SELECT JSON_VALUE(m.original, ''$.kernelVersion'')
               FROM import_map m WHERE m.source = ''usuarioVM''
               AND m.target_id = v.id LIMIT 1), '''')',
    '''''');

EXECUTE IMMEDIATE CONCAT('
    CREATE OR REPLACE SQL SECURITY DEFINER VIEW usuarioVM AS
    SELECT v.id AS usuarioVMID, v.user_id AS usuarioID, v.ctid AS VMID,
           v.name AS nameVM, CAST(', @kernel, ' AS CHAR(20)) AS kernelVersion,
           v.template_id AS soID,
           CAST(COALESCE(v.plan_id, 0) AS SIGNED) AS planID
    FROM vm v');
