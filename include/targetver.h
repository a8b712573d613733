/* Visual Studio's projects have a file of this name; this one is found where they have not. */
#pragma once
#include <sdkddkver.h>
