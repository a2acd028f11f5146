-- How many containers a customer may have: orders of a user who has as many are
-- refused.  NULL: as vzpanel_vm_limit says.  It is checked where a container is
-- ordered; what somebody has already stays.
ALTER TABLE user
    ADD COLUMN vm_limit MEDIUMINT UNSIGNED NULL AFTER locked;
