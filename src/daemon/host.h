/*
 * Limits of the host's kernel that all containers share.
 */

#ifndef VZ_HOST_H
#define VZ_HOST_H


/*
 * vz_host_room: raise those that a stock kernel sets for one desktop, where
 * they are lower than many containers need; never lower one.  What could not
 * be raised is logged and left: the containers that still fit run.
 */
void vz_host_room(void);


#endif /* VZ_HOST_H */
