/*
 * What replies look like, by the names that the route table uses.  The reply of
 * one route alone may stand there instead: "Name: members".
 */

#ifndef VZ_OPENAPI_SHAPES_H
#define VZ_OPENAPI_SHAPES_H


/*
 * What a resource replies (panel/resources.c) is told by its columns; a shape
 * of the same name adds the members that no column has.
 *
 * Members are "name type, name? type": a "?" is for one that may be missing.
 * A type is one of text, time (RFC 3339), int, number, bool, null; or a word
 * that is meant itself; or, with a capital, another reply; "[]" behind it
 * makes an array of it, "|" stands between those of which it is one.
 */
typedef struct {
    const char  *name;
    const char  *members;
} vz_openapi_shape_t;

extern const vz_openapi_shape_t  vz_openapi_shapes[];   /* up to name NULL */


#endif /* VZ_OPENAPI_SHAPES_H */
