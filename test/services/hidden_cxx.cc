/*
 * Linked with a C++ runtime of its own that nobody can see: the runner could
 * not carry its exceptions across switches.
 */
#include "good_cxx.cc"
