/*
 * Files of a snapshot.  Whose it is, is part of the statement that finds it;
 * the number, the tag and the name that the node knows are its row's.
 */

#include "panel/api/auth.h"
#include "panel/api/route.h"
#include "panel/vm/vm_files.h"
#include "panel/vm/vm_snapshot_files.h"
#include "runtime/row.h"


typedef struct {
    uint64_t       node_id;
    ngx_str_t      ctid;
    ngx_str_t      tag;
    ngx_str_t      name;
    vz_mark_t      mark;
    vz_vm_files_t  what;
} vz_vm_snapshot_files_t;


static vz_code_e vz_vm_snapshot_files_find(vz_call_t *call, vz_verb_e verb,
    vz_vm_snapshot_files_t *files);


#define VZ_VM_SNAPSHOT_FILES_ROW(first, next, of)                             \
    first(of, node_id, INT, "v.node_id")                                      \
    next(of, ctid, TEXT, "CAST(v.ctid AS CHAR)")                              \
    next(of, tag, TEXT, "v.tag")                                              \
    next(of, name, TEXT, "s.name")

static const vz_row_member_t  vz_vm_snapshot_files_row[] =
    vz_row_members(VZ_VM_SNAPSHOT_FILES_ROW, vz_vm_snapshot_files_t);

static const vz_sql_t  vz_vm_snapshot_files_select = vz_sql("snapshot files",
    "SELECT " vz_row_sql(VZ_VM_SNAPSHOT_FILES_ROW) " FROM vm_snapshot s"
    " JOIN vm v ON v.id = s.vm_id"
    " WHERE s.id = ? AND s.vm_id = ? AND " vz_auth_owned("v.user_id")
    " AND v.ctid IS NOT NULL AND s.taken IS NOT NULL AND s.gone IS NULL");


void
vz_vm_snapshot_files(vz_call_t *call)
{
    vz_vm_snapshot_files_t  files;

    if (vz_vm_snapshot_files_find(call, VZ_VERB_SNAPFILES, &files) == VZ_OK) {
        vz_vm_files_list(call, &files.what);
    }
}


void
vz_vm_snapshot_files_take(vz_call_t *call)
{
    vz_vm_snapshot_files_t  files;

    if (vz_vm_snapshot_files_find(call, VZ_VERB_SNAPFILE, &files) == VZ_OK) {
        vz_vm_files_take(call, &files.what);
    }
}


/* VZ_OK with all that is asked of the node; else the reply is set */

static vz_code_e
vz_vm_snapshot_files_find(vz_call_t *call, vz_verb_e verb,
    vz_vm_snapshot_files_t *files)
{
    uint64_t        vm, id;
    vz_bind_t       owner;
    vz_code_e       rc;
    vz_rows_t       rows;
    vz_vm_files_t  *what = &files->what;

    ngx_memzero(files, sizeof(vz_vm_snapshot_files_t));
    owner = vz_auth_owner(call);

    if (vz_route_id(call, 0, &vm) != VZ_OK
        || vz_route_id(call, 1, &id) != VZ_OK
        || vz_vm_files_path(call, &what->path) != VZ_OK)
    {
        return VZ_NOENT;
    }

    rc = vz_route_row(call, &vz_vm_snapshot_files_select,
                      vz_binds(vz_int(id), vz_int(vm), owner, owner), &rows);

    if (rc != VZ_OK) {
        return rc;
    }

    vz_row_read(&rows, 0, 0, vz_vm_snapshot_files_row, files);

    (void) vz_node_load(call->pool);
    what->node = vz_node_find(files->node_id);

    if (what->node == NULL || what->node->relay == NULL) {
        vz_call_fault(call, "node", VZ_DOWN);
        return VZ_DOWN;
    }

    ngx_cpystrn((u_char *) files->mark.tag, files->tag.data,
                ngx_min(files->tag.len + 1, sizeof(files->mark.tag)));

    what->vm = vm;
    what->of = "snapshot";
    what->argv[0] = (char *) files->ctid.data;
    what->argv[1] = (char *) files->name.data;
    what->act.mark = &files->mark;
    vz_vm_files_act(what, verb, 2);

    return VZ_OK;
}
