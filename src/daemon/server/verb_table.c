#include "daemon/server/verb_address.h"
#include "daemon/server/verb_backup.h"
#include "daemon/server/verb_console.h"
#include "daemon/server/verb_firewall.h"
#include "daemon/server/verb_history.h"
#include "daemon/server/verb_host.h"
#include "daemon/server/verb_life.h"
#include "daemon/server/verb_set.h"
#include "daemon/server/verb_snapshot.h"
#include "daemon/server/verb_stat.h"
#include "daemon/server/verb_table.h"
#include "daemon/server/verb_test.h"
#include "daemon/server/verb_traffic.h"
#include "daemon/server/verb_user_data.h"


const vz_verb_row_t  vz_verb_table[VZ_VERB_COUNT] = {
    [VZ_VERB_CREATE] = { vz_verb_life_create, 0 },
    [VZ_VERB_DESTROY] = { vz_verb_life_destroy, 0 },
    [VZ_VERB_ADOPT] = { vz_verb_life_adopt, 0 },
    [VZ_VERB_REINSTALL] = { vz_verb_life_reinstall, 0, VZ_FEATURE_REINSTALL },
    [VZ_VERB_REVERT] = { vz_verb_life_revert, 0, VZ_FEATURE_REVERT },
    [VZ_VERB_RESCUE] = { vz_verb_life_rescue, 0, VZ_FEATURE_RESCUE },
    [VZ_VERB_UNRESCUE] = { vz_verb_life_unrescue, 0, VZ_FEATURE_RESCUE },
    [VZ_VERB_SNAPSHOT] = { vz_verb_snapshot_take, 0, VZ_FEATURE_SNAPSHOT },
    [VZ_VERB_ROLLBACK] = { vz_verb_snapshot_roll, 0, VZ_FEATURE_SNAPSHOT },
    [VZ_VERB_DROPSNAPSHOT] = { vz_verb_snapshot_drop, 0, VZ_FEATURE_SNAPSHOT },
    [VZ_VERB_CLONE] = { vz_verb_life_clone, 0, VZ_FEATURE_CLONE },
    [VZ_VERB_SNAPSHOTS] = { vz_verb_snapshot_all, 0, VZ_FEATURE_SNAPSHOT },
    [VZ_VERB_SNAPFILES] = { vz_verb_snapshot_files, 0, VZ_FEATURE_SNAPSHOT },
    [VZ_VERB_SNAPFILE] = { vz_verb_snapshot_file, 0, VZ_FEATURE_SNAPSHOT },
    [VZ_VERB_START] = { vz_verb_life_start, 0 },
    [VZ_VERB_STOP] = { vz_verb_life_stop, 0 },
    [VZ_VERB_POWEROFF] = { vz_verb_life_poweroff, 0 },
    [VZ_VERB_RESTART] = { vz_verb_life_restart, 0 },
    [VZ_VERB_SETMEMORYVM] = { vz_verb_set_memory, 0 },
    [VZ_VERB_SETMEMORYOO] = { vz_verb_set_memory, 0 },
    [VZ_VERB_SETMEMORYP] = { vz_verb_set_memory, 0 },
    [VZ_VERB_SETDISK] = { vz_verb_set_disk, 0 },
    [VZ_VERB_SETCPU] = { vz_verb_set_cpu, 0 },
    [VZ_VERB_SETNAME] = { vz_verb_set_name, 0 },
    [VZ_VERB_SETIP] = { vz_verb_address_add, 0 },
    [VZ_VERB_DELETEIP] = { vz_verb_address_remove, 0 },
    [VZ_VERB_SETGATEWAY] = { vz_verb_address_gateway, 0, VZ_FEATURE_GATEWAY },
    [VZ_VERB_SETDNS] = { vz_verb_address_dns, 0 },
    [VZ_VERB_SETFIREWALL] = { vz_verb_firewall_set, 0, VZ_FEATURE_FIREWALL },
    [VZ_VERB_KEEPFIREWALL] = { vz_verb_firewall_keep, 0, VZ_FEATURE_FIREWALL },
    [VZ_VERB_SETGATE] = { vz_verb_firewall_gate, 0, VZ_FEATURE_FIREWALL },
    [VZ_VERB_SETRATE] = { vz_verb_traffic_rate, 0, VZ_FEATURE_RATE },
    [VZ_VERB_GETFIREWALL] = { vz_verb_firewall_show, 0, VZ_FEATURE_FIREWALL },
    [VZ_VERB_GETMEMORY] = { vz_verb_stat_memory, 0 },
    [VZ_VERB_GETDISK] = { vz_verb_stat_disk, 0 },
    [VZ_VERB_GETCPU] = { vz_verb_stat_cpu, 0 },
    [VZ_VERB_PASSWD] = { vz_verb_set_password, 0 },
    [VZ_VERB_PASSHASH] = { vz_verb_set_hash, 0 },
    [VZ_VERB_KEYS] = { vz_verb_set_keys, 0 },
    [VZ_VERB_USERDATA] = { vz_verb_user_data_set, 0, VZ_FEATURE_USER_DATA },
    [VZ_VERB_GETUSERDATA] = { vz_verb_user_data_show, 0,
                              VZ_FEATURE_USER_DATA },
    [VZ_VERB_STATUS] = { vz_verb_stat_one, 0 },
    [VZ_VERB_LIST] = { vz_verb_stat_all, 0 },
    [VZ_VERB_TEMPLATES] = { vz_verb_host_templates, 1 },
    [VZ_VERB_NODE] = { vz_verb_host_node, 0 },
    [VZ_VERB_PING] = { vz_verb_host_ping, 1 },
    [VZ_VERB_HISTORY] = { vz_verb_history_one, 0, VZ_FEATURE_HISTORY },
    [VZ_VERB_NODEHISTORY] = { vz_verb_history_node, 0, VZ_FEATURE_HISTORY },
    [VZ_VERB_WHY] = { vz_verb_history_why, 0, VZ_FEATURE_HISTORY },
    [VZ_VERB_TRAFFIC] = { vz_verb_traffic_all, 0, VZ_FEATURE_TRAFFIC },
    [VZ_VERB_BACKUP] = { vz_verb_backup_take, 0, VZ_FEATURE_BACKUP },
    [VZ_VERB_FORGET] = { vz_verb_backup_forget, 0, VZ_FEATURE_BACKUP },
    [VZ_VERB_BACKUPS] = { vz_verb_backup_list, 0, VZ_FEATURE_BACKUP },
    [VZ_VERB_FILES] = { vz_verb_backup_files, 0, VZ_FEATURE_BACKUP },
    [VZ_VERB_FILE] = { vz_verb_backup_file, 0, VZ_FEATURE_BACKUP },
    [VZ_VERB_RESTORE] = { vz_verb_backup_restore, 0, VZ_FEATURE_BACKUP },
    [VZ_VERB_RECORD] = { vz_verb_backup_record, 0, VZ_FEATURE_BACKUP },
    [VZ_VERB_INHERIT] = { vz_verb_backup_inherit, 0, VZ_FEATURE_INHERIT },
    [VZ_VERB_VERIFY] = { vz_verb_backup_verify, 0, VZ_FEATURE_BACKUP },
    [VZ_VERB_TRIAL] = { vz_verb_backup_trial, 0, VZ_FEATURE_TRIAL },
    [VZ_VERB_CONSOLE] = { vz_verb_console_open, 0, VZ_FEATURE_CONSOLE },
    [VZ_VERB_BOOTLOG] = { vz_verb_console_log, 0, VZ_FEATURE_BOOTLOG },
    [VZ_VERB_ECHO] = { vz_verb_test_echo, 0 },
    [VZ_VERB_LINES] = { vz_verb_test_lines, 0 },
    [VZ_VERB_DOZE] = { vz_verb_test_doze, 0 }
};
