-- The database of the thesis, by its own statements (chapter 12, IV).
--
-- What was changed, because MariaDB 10.11 refuses it:
--   * TYPE=InnoDB, five times, is ENGINE=InnoDB: TYPE is gone since MySQL 5.5
--
-- All else is as printed: integer (10) and bigint (20), whose widths mean
-- nothing today; VALUES(0, ...), which takes the next number; SO with "Fedora"
-- twice and "Red Had"; soID and planID without foreign keys.

CREATE DATABASE `tesis` ;

USE `tesis` ;

CREATE TABLE `usuario`
(
    `usuarioID` bigint (20) NOT NULL AUTO_INCREMENT ,
    `nombre` varchar (20) NOT NULL,
    `apellido` varchar (20) NOT NULL,
    `email` varchar (20) NOT NULL,
    `dni` integer (10) NOT NULL,
    `pass` varchar (20) NOT NULL,
    `telefono` varchar (20),
    `direccion` varchar (40),
    `provincia` varchar (15),
    `usuarioTipoID` bigint (20) NOT NULL,
    PRIMARY KEY (`usuarioID`)
) ENGINE=InnoDB CHARACTER SET latin1 COLLATE latin1_swedish_ci;

CREATE TABLE `usuarioTipo`
(
    `usuarioTipoID` bigint (20) NOT NULL AUTO_INCREMENT ,
    `desc` varchar (20) NOT NULL,
    PRIMARY KEY (`usuarioTipoID`)
) ENGINE=InnoDB CHARACTER SET latin1 COLLATE latin1_swedish_ci;

INSERT INTO `usuarioTipo` VALUES(0,'Administrador');
INSERT INTO `usuarioTipo` VALUES(0,'Comun');

CREATE TABLE `SO`
(
    `SOID` bigint (20) NOT NULL AUTO_INCREMENT ,
    `desc` varchar (20) NOT NULL,
    PRIMARY KEY (`SOID`)
) ENGINE=InnoDB CHARACTER SET latin1 COLLATE latin1_swedish_ci;

INSERT INTO `SO` VALUES(0,'Centos');
INSERT INTO `SO` VALUES(0,'Fedora');
INSERT INTO `SO` VALUES(0,'Gentoo');
INSERT INTO `SO` VALUES(0,'OpenSuse');
INSERT INTO `SO` VALUES(0,'Ubuntu');
INSERT INTO `SO` VALUES(0,'Slackware');
INSERT INTO `SO` VALUES(0,'Mandrake');
INSERT INTO `SO` VALUES(0,'Fedora');
INSERT INTO `SO` VALUES(0,'Red Had');
INSERT INTO `SO` VALUES(0,'Suse');

CREATE TABLE `usuarioVM`
(
    `usuarioVMID` bigint (20) NOT NULL AUTO_INCREMENT ,
    `usuarioID` bigint (20) NOT NULL ,
    `VMID` integer (3) NOT NULL ,
    `nameVM` varchar (20) NOT NULL,
    `kernelVersion` varchar (20) NOT NULL,
    `soID` integer (2) NOT NULL,
    `planID` integer (2) NOT NULL,
    PRIMARY KEY (`usuarioVMID`)
) ENGINE=InnoDB CHARACTER SET latin1 COLLATE latin1_swedish_ci;

ALTER TABLE `usuarioVM` ADD CONSTRAINT FK_usuarioVM_1 FOREIGN
KEY (usuarioID) REFERENCES `usuario`(usuarioID);

CREATE TABLE `plan`
(
    `planID` bigint (20) NOT NULL AUTO_INCREMENT ,
    `ram` integer (3) NOT NULL,
    `disco` integer (3) NOT NULL,
    PRIMARY KEY (`planID`)
) ENGINE=InnoDB CHARACTER SET latin1 COLLATE latin1_swedish_ci;

INSERT INTO `plan` VALUES(1,64,1);
INSERT INTO `plan` VALUES(2,128,2);
INSERT INTO `plan` VALUES(3,256,4);
