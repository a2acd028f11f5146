-- Rows as years of use leave them, as a dump of an old server has them: this
-- file is latin1, not UTF-8, and foreign keys are not looked at.

SET NAMES latin1;
SET SESSION sql_mode = '';
SET FOREIGN_KEY_CHECKS = 0;

USE `tesis`;

INSERT INTO `usuario` (`usuarioID`, `nombre`, `apellido`, `email`, `dni`,
    `pass`, `telefono`, `direccion`, `provincia`, `usuarioTipoID`) VALUES

    -- an administrator; his password is that of the thesis's installation
    (1, 'Root', 'Administrador', 'root@localhost', 10000001, 'admin', NULL,
     NULL, NULL, 1),

    -- latin1: ñ, á, ó; a password that is not ASCII
    (2, 'José María', 'Núñez Ibáñez', 'jnunez@example.org', 20123456,
     'contraseña', '+54 351 4601234', 'Av. Vélez Sársfield 1611', 'Córdoba',
     2),

    -- the DNI of the one before, his account's name, too
    (3, 'Juana', 'Nuñez Ibañez', 'juana@example.org', 20123456, 'secreto1',
     '', '', '', 2),

    -- no e-mail, no password
    (4, 'Ana', 'Pérez', '', 23456789, '', NULL, NULL, 'Tucumán', 2),

    -- quotes and HTML
    (5, 'Bob "<b>', 'O''Brien <script>', 'bob@example.org', 24567890,
     'p''a"s\\s<>&%', NULL, '"; DROP TABLE user; --', NULL, 2),

    -- an e-mail that varchar (20) has cut, a DNI that INT has cut
    (6, 'Carla', 'Gómez', 'carla.gomez@universidad.example', 99999999999,
     'abc123', NULL, NULL, NULL, 2),

    -- what is no e-mail: lines of a mail's head
    (7, 'Eva', 'Díaz', 'e@x.ar\nBcc: a@b.ar', 0, 'eva', NULL, NULL, NULL, 2),

    -- a kind of user that is not there
    (8, 'Luis', 'Soto', 'luis@example.org', 25678901, 'luis', NULL, NULL,
     NULL, 7),

    -- UTF-8 that was written without SET NAMES
    (9, 'BegoÃ±a', 'PeÃ±a', 'bego@example.org', 26789012, 'bego', NULL, NULL,
     'CÃ³rdoba', 2),

    -- the e-mail of another
    (10, 'Juan', 'Nuñez', 'juana@example.org', 27890123, 'juan', NULL, NULL,
     NULL, 2);

INSERT INTO `plan` VALUES (4, 512, 10), (5, 128, 2), (6, 0, -1);

INSERT INTO `usuarioVM` (`usuarioVMID`, `usuarioID`, `VMID`, `nameVM`,
    `kernelVersion`, `soID`, `planID`) VALUES
    (1, 2, 101, 'web1', '2.6.18-028stab', 1, 1),
    (2, 2, 102, 'correo.example', '2.6.18-028stab', 2, 3),

    -- of nobody
    (3, 99, 103, 'huerfana', '2.6.18', 5, 1),

    -- a number that OpenVZ keeps for itself, and one that is none
    (4, 3, 7, 'baja', '2.6.18', 5, 1),
    (5, 3, -1, 'negativa', '2.6.18', 5, 1),

    -- one number, two owners
    (6, 3, 110, 'una', '2.6.18', 5, 1),
    (7, 4, 110, 'otra', '2.6.18', 5, 1),

    -- one number, one owner, twice
    (8, 5, 111, 'doble', '2.6.18', 5, 2),
    (9, 5, 111, 'doble-vieja', '2.6.18', 5, 1),

    -- a plan that is not there, and one that is none
    (10, 5, 112, 'sinplan', '2.6.18', 5, 42),
    (11, 5, 113, 'plancero', '2.6.18', 5, 6),

    -- a name that is no host's, a system that is not there
    (12, 5, 114, '<b>"el" servidor</b>', '2.6.18', 5, 4),
    (13, 9, 115, 'Peña', '2.6.18', 77, 5),
    (14, 9, 116, '10.0.0.1', '', 9, 1),

    -- the second Fedora; a number of which the panel has a container
    (15, 4, 117, 'fedora8', '2.6.18', 8, 1),
    (16, 4, 120, 'ocupada', '2.6.18', 3, 1);

SET FOREIGN_KEY_CHECKS = 1;
