/*
 * Files of a backup.  Whose it is, is part of the statement that finds it;
 * repository, tag and snapshot are its row's.
 */

#include "panel/api/auth.h"
#include "panel/api/route.h"
#include "panel/node/repository.h"
#include "panel/vm/vm_backup_files.h"
#include "panel/vm/vm_files.h"
#include "runtime/row.h"


typedef struct {
    uint64_t        vm;
    uint64_t        node_id;
    ngx_str_t       tag;
    ngx_str_t       repository;
    ngx_str_t       snapshot;
} vz_backup_files_t;


static vz_code_e vz_backup_files_find(vz_call_t *call, vz_verb_e verb,
    vz_vm_files_t *what);


#define VZ_BACKUP_FILES_ROW(first, next, of)                                  \
    first(of, vm, INT, "v.id")                                                \
    next(of, node_id, INT, "b.node_id")                                       \
    next(of, tag, TEXT, "b.tag")                                              \
    next(of, repository, TEXT, "b.repository")                                \
    next(of, snapshot, TEXT, "b.snapshot")

static const vz_row_member_t  vz_backup_files_row[] =
    vz_row_members(VZ_BACKUP_FILES_ROW, vz_backup_files_t);

static const vz_sql_t  vz_backup_files_select = vz_sql("backup files",
    "SELECT " vz_row_sql(VZ_BACKUP_FILES_ROW) " FROM backup b"
    " JOIN vm v ON v.id = b.vm_id"
    " WHERE b.id = ? AND b.vm_id = ? AND " vz_auth_owned("v.user_id")
    " AND b.state = 'done'");


void
vz_vm_backup_files(vz_call_t *call)
{
    vz_vm_files_t  what;

    if (vz_backup_files_find(call, VZ_VERB_FILES, &what) == VZ_OK) {
        vz_vm_files_list(call, &what);
    }
}


void
vz_vm_backup_files_take(vz_call_t *call)
{
    vz_vm_files_t  what;

    if (vz_backup_files_find(call, VZ_VERB_FILE, &what) == VZ_OK) {
        vz_vm_files_take(call, &what);
    }
}


/* VZ_OK with all that is asked of the node; else the reply is set */

static vz_code_e
vz_backup_files_find(vz_call_t *call, vz_verb_e verb, vz_vm_files_t *what)
{
    uint64_t           vm, id;
    vz_bind_t          owner;
    vz_code_e          rc;
    vz_rows_t          rows;
    vz_backup_files_t  backup;

    ngx_memzero(what, sizeof(vz_vm_files_t));
    owner = vz_auth_owner(call);

    if (vz_route_id(call, 0, &vm) != VZ_OK
        || vz_route_id(call, 1, &id) != VZ_OK
        || vz_vm_files_path(call, &what->path) != VZ_OK)
    {
        return VZ_NOENT;
    }

    rc = vz_route_row(call, &vz_backup_files_select,
                      vz_binds(vz_int(id), vz_int(vm), owner, owner), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    vz_row_read(&rows, 0, 0, vz_backup_files_row, &backup);
    what->node = vz_repository_node(call->pool, backup.node_id,
                                    &backup.repository);

    if (what->node == NULL) {
        vz_call_problem(call, NGX_HTTP_CONFLICT, "no_repository",
                        "No node reaches this backup's repository.");
        return VZ_UNSUPPORTED;
    }

    what->vm = backup.vm;
    what->of = "backup";
    what->argv[0] = (char *) backup.repository.data;
    what->argv[1] = (char *) backup.tag.data;
    what->argv[2] = (char *) backup.snapshot.data;
    vz_vm_files_act(what, verb, 3);

    return VZ_OK;
}
