/* Folders of ours. */
#ifndef RUNTIME_BASE_FOLDER_H
#define RUNTIME_BASE_FOLDER_H

/* Removes a folder and the files in it; one that has folders in it stays. */
void folder_remove(const char *path);

#endif
