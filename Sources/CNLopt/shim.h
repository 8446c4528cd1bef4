#ifndef AUTOPEFT_CNLOPT_SHIM_H
#define AUTOPEFT_CNLOPT_SHIM_H

#include <nlopt.h>

#endif
