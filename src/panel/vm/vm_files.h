/*
 * Files of a container's copies, of its backups and of its snapshots: a folder
 * as a list, a file or a folder as a download, which counts as traffic.  Where
 * a copy is, and whose, is for the caller to find out.
 *
 * A path is as on the wire: from / on, each byte that is none of
 * A-Z a-z 0-9 . _ - / as %XX; it is decoded by the node alone.
 */

#ifndef VZ_VM_FILES_H
#define VZ_VM_FILES_H

#include "panel/api/query.h"
#include "panel/node/node.h"
#include "runtime/relay.h"


/* What a node is asked. */
typedef struct {
    uint64_t        vm;
    const char     *of;             /* "backup", for words */
    vz_node_row_t  *node;
    ngx_str_t       path;
    const char     *argv[3];
    vz_relay_act_t  act;
} vz_vm_files_t;


/*
 * vz_vm_files_path: the path that a call asks for, "/" where it names none.
 * VZ_OK, or VZ_RANGE with the reply set.
 */
vz_code_e vz_vm_files_path(vz_call_t *call, ngx_str_t *path);

/*
 * vz_vm_files_act: let it ask the verb, about argv's first argc words and its
 * path.
 */
void vz_vm_files_act(vz_vm_files_t *what, vz_verb_e verb, ngx_uint_t argc);

/*
 * vz_vm_files_list: reply with the entries of a folder.  vz_vm_files_take: with
 * the bytes of a file, or of a folder as a tar archive.  404 "no_file" where
 * the copy has no such path, 409 "unreadable" where its node can't read it.
 */
void vz_vm_files_list(vz_call_t *call, vz_vm_files_t *what);
void vz_vm_files_take(vz_call_t *call, vz_vm_files_t *what);

/* what both routes of a copy take */
extern const vz_query_args_t  vz_vm_files_args;
extern const vz_query_args_t  vz_vm_files_take_args;


#endif /* VZ_VM_FILES_H */
